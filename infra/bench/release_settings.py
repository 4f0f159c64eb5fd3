"""The project's settings with the measurement's own releases (infra.bench.releases) as part of its code.

MIGRATION_MODULES is "label=package", the package being in PYTHONPATH.
"""

from __future__ import annotations

from rathausplatz.settings import *  # noqa: F403
from rathausplatz.settings.base import env

MIGRATION_MODULES = dict(entry.split("=", 1) for entry in env.str("MIGRATION_MODULES", default="").split())
