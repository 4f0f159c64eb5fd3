"""`rathausplatz serve`: the web server (granian)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from rathausplatz.demo.supervisor import PortError, check_port, port_number
from rathausplatz.metrics.folders import begin_counting
from tenants.communes.isolation.logins import TooPowerfulError, refuse_powerful_login


class Command(BaseCommand):
    help = "Run the web server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=8000)
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--workers", type=int, default=2, help="processes; about one a core")
        parser.add_argument("--threads", type=int, default=4, help="requests at once in each process")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            check_port(options["port"], options["address"])
            if not settings.DEMO:
                refuse_powerful_login()
        except (PortError, TooPowerfulError) as error:
            raise CommandError(str(error)) from error
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
