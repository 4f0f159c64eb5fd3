"""The platform's settings with tasks that tests can look at."""

from __future__ import annotations

from rathausplatz.settings import *  # noqa: F403

CELERY_IMPORTS = ("tests.servers.worker_tasks",)
