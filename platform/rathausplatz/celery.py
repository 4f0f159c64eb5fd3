"""The Celery application. Tasks are found in each room's `tasks` module."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from rathausplatz import broker
from rathausplatz.metrics import tasks as counting_tasks  # noqa: F401 -- listens to Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")
broker.register()
app = Celery("rathausplatz")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()
app.autodiscover_tasks(
    [
        "tenants.communes.provisioning",
        "tenants.communes.domains",
        "tenants.communes.archives",
        "tenants.communes.archives.readable",
        "tenants.communes.lifecycle",
        "tenants.communes.cells",
    ]
)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery leaves logging alone: the settings have configured it."""


@worker_process_init.connect
def hear_of_changes(**_: Any) -> None:
    """Each worker process forgets what changed elsewhere."""
    from tenants.communes.invalidation import listener

    listener.start()


@worker_process_init.connect
def load_typefaces(**_: Any) -> None:
    """The first letter of a worker process is as quick as the others."""
    from services.documents.warmth import warm_up

    warm_up()
