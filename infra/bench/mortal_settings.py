"""Settings of processes that are killed: the project's own, with the measurement's releases.

MIGRATION_MODULES is "label=package", the package being in PYTHONPATH.
"""

from __future__ import annotations

from rathausplatz.settings import *  # noqa: F403
from rathausplatz.settings import STORAGES as _ours
from rathausplatz.settings.base import env

MIGRATION_MODULES = dict(entry.split("=", 1) for entry in env.str("MIGRATION_MODULES", default="").split())
# they render nothing, and work without a build
STORAGES = _ours | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
