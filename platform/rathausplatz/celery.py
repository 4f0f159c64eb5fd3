"""The Celery application. Tasks are found in each room's `tasks` module."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")
app = Celery("rathausplatz")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()
app.autodiscover_tasks(["tenants.communes.provisioning"])
