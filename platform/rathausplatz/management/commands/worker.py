"""`rathausplatz worker`: Celery with its schedule."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from rathausplatz.celery import app
from rathausplatz.metrics.folders import begin_counting
from tenants.communes.isolation.logins import TooPowerfulError, refuse_powerful_login
from tenants.communes.tasks import OWNER_QUEUE


class Command(BaseCommand):
    help = "Run the worker and, unless told otherwise, the schedule."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2)
        parser.add_argument("--pool", default="prefork", choices=["prefork", "threads", "solo"])
        parser.add_argument("--queues", default="celery")
        parser.add_argument("--owner", action="store_true", help="take provisioning, rollouts and archives")
        parser.add_argument("--without-schedule", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["owner"] and not settings.DEMO:
            self._check_login()
        if options["owner"]:
            options |= {"queues": OWNER_QUEUE, "concurrency": 1, "without_schedule": True}
        arguments = [
            "worker",
            f"--concurrency={options['concurrency']}",
            f"--pool={options['pool']}",
            f"--queues={options['queues']}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
        ]
        if not options["without_schedule"]:
            arguments += ["--beat", f"--schedule={settings.DATA_DIR / 'schedule'}"]
        begin_counting(settings.METRICS_DIR, f"worker-{options['queues']}")
        app.worker_main(arguments)

    def _check_login(self) -> None:
        try:
            refuse_powerful_login()
        except TooPowerfulError as error:
            raise CommandError(str(error)) from error
        finally:
            connection.close()  # the children of the worker must not share it
