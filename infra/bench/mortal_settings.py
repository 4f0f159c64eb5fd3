"""Settings of processes that are killed: they render nothing, and work without a build."""

from __future__ import annotations

from infra.bench.release_settings import *  # noqa: F403
from infra.bench.release_settings import STORAGES as _ours

STORAGES = _ours | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
