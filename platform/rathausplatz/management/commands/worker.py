"""`rathausplatz worker`: Celery with its schedule, or the owner's worker."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from rathausplatz.background.keeper import Keeper
from rathausplatz.background.kept import kept_schedule, kept_worker
from rathausplatz.celery import app
from rathausplatz.ending import end_at_once
from rathausplatz.metrics.folders import begin_counting
from rathausplatz.starting import check_login
from tenants.communes.commands import require_owner
from tenants.communes.lanes import OWNER_LANES, WORKER_LANES

# pages go first, where both are on one machine: a document may come a moment later
NICENESS = 5


class Command(BaseCommand):
    help = "Run the worker and, unless told otherwise, the schedule."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, help="tasks at once; 2, or 1 with --owner")
        parser.add_argument("--pool", default="prefork", choices=["prefork", "threads", "solo"])
        parser.add_argument("--queues", help="served in turn; all but the owner's, or all of the owner's with --owner")
        parser.add_argument("--owner", action="store_true", help="serve the owner's queues, with the owner's login")
        parser.add_argument("--without-schedule", action="store_true", help="`rathausplatz beat` runs somewhere else")

    def handle(self, *args: Any, **options: Any) -> None:
        lanes = OWNER_LANES if options["owner"] else WORKER_LANES
        queues = options["queues"] or ",".join(lanes)
        unknown = set(queues.split(",")) - {*lanes}
        if unknown:
            raise CommandError(f"No queue {', '.join(sorted(unknown))} for this worker; it has {', '.join(lanes)}.")
        if options["owner"]:
            require_owner()
            app.conf.broker_transport_options = app.conf.broker_transport_options | settings.OWNER_BROKER_OPTIONS
        else:
            check_login()
        os.nice(NICENESS)
        connection.close()  # what is forked must not share it
        begin_counting(settings.METRICS_DIR, f"worker-{queues}")
        worker = kept_worker(
            name="owner" if options["owner"] else "worker",
            queues=queues.split(","),
            concurrency=options["concurrency"] or (1 if options["owner"] else 2),
            pool=options["pool"],
        )
        alone = options["without_schedule"] or options["owner"]
        end_at_once(Keeper([worker] if alone else [worker, kept_schedule()]).run())
