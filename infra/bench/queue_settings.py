"""The platform's settings with the task that measures queues."""

from __future__ import annotations

from rathausplatz.settings import *  # noqa: F403

CELERY_IMPORTS = ("infra.bench.queue_tasks",)
