"""The Celery application. Tasks are found in each room's `tasks` module."""

from __future__ import annotations

import os
from typing import Any

from celery.signals import (
    setup_logging,
    task_postrun,
    task_prerun,
    worker_process_init,
    worker_process_shutdown,
)

from rathausplatz import broker
from rathausplatz.background.sending import PatientCelery
from rathausplatz.metrics import tasks as counting_tasks  # noqa: F401 -- listens to Celery
from rathausplatz.observability import current_task_schema
from rathausplatz.orphans import end_with
from rathausplatz.scratch import begin_scratch, end_scratch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")
broker.register()
app = PatientCelery("rathausplatz")
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


@task_prerun.connect
def name_the_commune(task: Any = None, kwargs: Any = None, **_: Any) -> None:
    """What is logged of a task names its commune, its failure too, which is logged after the scope was left."""
    if task is not None:
        task.request.commune_named = current_task_schema.set(str((kwargs or {}).get("schema", "")))


@task_postrun.connect
def forget_the_commune(task: Any = None, **_: Any) -> None:
    """The next task may be another's, or nobody's."""
    named = getattr(getattr(task, "request", None), "commune_named", None)
    if named is not None:
        current_task_schema.reset(named)


@worker_process_init.connect
def begin_child(**_: Any) -> None:
    """A child of the pool has temporary files of its own and doesn't outlive its worker."""
    end_with(os.getppid(), at_once=True)
    begin_scratch()


@worker_process_shutdown.connect
def end_child(**_: Any) -> None:
    """A child that ends in peace leaves nothing for others to clear away."""
    end_scratch()


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
