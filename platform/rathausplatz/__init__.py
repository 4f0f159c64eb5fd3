"""The Django project: settings, URL confs, command line, worker."""

from rathausplatz.celery import app as celery_app

__all__ = ["celery_app"]
