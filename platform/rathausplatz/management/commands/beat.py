"""`rathausplatz beat`: the schedule alone, for installations with several workers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from rathausplatz.background.keeper import Keeper
from rathausplatz.background.kept import kept_schedule
from rathausplatz.ending import end_at_once
from rathausplatz.metrics.folders import begin_counting


class Command(BaseCommand):
    help = "Send what is due to the workers. One is enough; a second does no harm, since every task may run twice."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        connection.close()  # what is forked must not share it
        begin_counting(settings.METRICS_DIR, "beat")
        end_at_once(Keeper([kept_schedule()]).run())
