"""Settings of processes that tests start: the project's own, from the environment they are given, without a build."""

from __future__ import annotations

from rathausplatz.settings import *  # noqa: F403
from rathausplatz.settings import STORAGES

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
REQUIRE_SECOND_FACTOR = False
