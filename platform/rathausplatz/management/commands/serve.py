"""`rathausplatz serve`: the web server (granian)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from rathausplatz.demo.supervisor import port_number
from rathausplatz.metrics.folders import begin_counting
from rathausplatz.starting import check_start


class Command(BaseCommand):
    help = "Run the web server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=8000)
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--workers", type=int, default=2, help="processes; about one a core")
        parser.add_argument("--threads", type=int, default=4, help="requests at once in each process")

    def handle(self, *args: Any, **options: Any) -> None:
        check_start(port=options["port"], address=options["address"])
        begin_counting(settings.METRICS_DIR, f"web-{options['port']}")
        Granian(
            "rathausplatz.wsgi:application",
            address=options["address"],
            port=options["port"],
            interface=Interfaces.WSGI,
            workers=options["workers"],
            blocking_threads=options["threads"],
            backlog=1024,
            respawn_failed_workers=True,
            log_access=False,
            log_level=LogLevels.warning,
            process_name="rathausplatz-web",
        ).serve()
