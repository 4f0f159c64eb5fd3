"""`rathausplatz serve-internal`: what only our own machines may ask."""

from __future__ import annotations

import argparse
import ipaddress
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from rathausplatz.demo.supervisor import port_number
from rathausplatz.ending import end_at_once
from rathausplatz.starting import begin_serving, check_start

PORT = 8010


def internal_address(text: str) -> str:
    """An address that the internet doesn't reach: loopback or private, or 0.0.0.0 and :: inside a container.

    Raises argparse's error for any other: who can ask here can see what the platform does.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not an IP address.") from None
    if not address.is_private:
        raise argparse.ArgumentTypeError(f"{text} is open to the internet. Give a loopback or private address.")
    return text


class Command(BaseCommand):
    help = "Answer certificates' questions (/ask), metrics and health, on an internal address."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=PORT)
        parser.add_argument("--address", type=internal_address, default="127.0.0.1")
        parser.add_argument("--threads", type=int, default=2, help="questions at once, each with a connection kept")

    def handle(self, *args: Any, **options: Any) -> None:
        check_start(port=options["port"], address=options["address"])
        begin_serving()
        Granian(
            "rathausplatz.internal:application",
            address=options["address"],
            port=options["port"],
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=options["threads"],
            # a thread that waits long would be ended, and its connection with it
            blocking_threads_idle_timeout=600,
            respawn_failed_workers=True,
            log_access=False,
            log_level=LogLevels.warning,
            process_name="rathausplatz-internal",
        ).serve()
        end_at_once(0)
