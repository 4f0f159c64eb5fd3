"""`rathausplatz serve`: the web server (granian)."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from rathausplatz.demo.supervisor import port_number
from rathausplatz.ending import end_at_once
from rathausplatz.front.shortcut import WebServer
from rathausplatz.metrics.folders import begin_counting
from rathausplatz.starting import begin_serving, check_start

# open connections cost memory only; a process that has so many takes no further one until some end
MOST_CONNECTIONS = 4096
# a connection that says nothing is closed after so long, between two requests too
HEADER_SECONDS = 10


class Command(BaseCommand):
    help = "Run the web server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=8000)
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--workers", type=int, default=2, help="processes; about one a core")
        parser.add_argument(
            "--threads",
            type=int,
            default=settings.WEB_THREADS,
            help="requests that Django answers at once in each process",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        check_start(port=options["port"], address=options["address"])
        begin_counting(settings.METRICS_DIR, f"web-{options['port']}")
        begin_serving()
        # the processes that are started from here read it again
        os.environ["WEB_THREADS"] = str(options["threads"])
        settings.WEB_THREADS = options["threads"]
        WebServer(
            "rathausplatz.rsgi:application",
            address=options["address"],
            port=options["port"],
            interface=Interfaces.RSGI,
            # HTTP/2 ends at the proxy in front: here it would only be another way to hold many streams
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
            websockets=False,
            workers=options["workers"],
            backlog=1024,
            backpressure=MOST_CONNECTIONS,
            respawn_failed_workers=True,
            log_access=False,
            log_level=LogLevels.warning,
            process_name="rathausplatz-web",
        ).serve()
        end_at_once(0)
