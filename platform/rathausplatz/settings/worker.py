"""Celery. Without a broker of its own (CELERY_BROKER_URL) messages pass through files in the data directory.

What must happen is in the database (each case's steps); a lost message is found again by the schedule.
"""

from __future__ import annotations

from celery.schedules import crontab

from rathausplatz.settings.base import DATA_DIR, env

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
if CELERY_BROKER_URL == "filesystem://":
    _folder = DATA_DIR / "broker"
    (_folder / "control").mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_folder),
        "data_folder_out": str(_folder),
        "control_folder": str(_folder / "control"),
        "polling_interval": 0.05,
    }
CELERY_TASK_ROUTES = ("tenants.communes.tasks.route_task",)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Berlin"
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "communes.nightly": {"task": "tenants.communes.nightly", "schedule": crontab(hour=1, minute=30)},
    "cells.tidy": {"task": "tenants.communes.cells.tidy", "schedule": 300.0},
    "cases.sweep": {"task": "services.cases.tasks.sweep", "schedule": 30.0},
    "cms.publish": {"task": "cms.tasks.publish", "schedule": 60.0},
    "communes.provision": {"task": "tenants.communes.provision_waiting", "schedule": 30.0},
    "domains.recheck": {"task": "tenants.communes.domains.tasks.recheck_domains", "schedule": 300.0},
    "documents.tidy": {"task": "services.documents.tasks.tidy", "schedule": 86400.0},
    "forms.purge": {"task": "services.forms.tasks.purge", "schedule": 3600.0},
}
