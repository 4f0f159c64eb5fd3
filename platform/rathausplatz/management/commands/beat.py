"""`rathausplatz beat`: the schedule alone, for installations with several workers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from rathausplatz.celery import app


class Command(BaseCommand):
    help = "Send what is due to the workers. One is enough; a second does no harm, since every task may run twice."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        app.start(["beat", "--loglevel=WARNING", f"--schedule={settings.DATA_DIR / 'schedule'}", "--pidfile="])
