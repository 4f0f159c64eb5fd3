"""Settings of the test run: the project's own, with a data directory and services of the run's own."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
TEST_DATA = ROOT / ".data" / "test"
for _name in ("RATHAUSPLATZ_DEMO", "CELERY_BROKER_URL", "MAIL_URL", "SENTRY_DSN", "PUBLIC_PORT"):
    os.environ.pop(_name, None)
os.environ["LOG_LEVEL"] = "WARNING"
os.environ["SPARE_SCHEMAS"] = "0"  # a test that wants one says so, and takes it away again
os.environ["RATHAUSPLATZ_DATA"] = str(TEST_DATA / f"run-{uuid.uuid4().hex[:8]}")
NO_DATABASE_YET = "postgresql://postgres@/not-chosen-yet"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or NO_DATABASE_YET

from rathausplatz.settings import *  # noqa: E402, F403
from rathausplatz.settings import STORAGES  # noqa: E402

# plain names without a build: the manifest belongs to `make`
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
REQUIRE_SECOND_FACTOR = False
# roles outlive their database: each run has its own, and takes them away again
ROLE_PREFIX = "rp_test"  # of the roles that a migrated database names
APP_LOGIN, OWNER_LOGIN = "rp_test_app", "rp_test_owning"
COMMUNE_ROLE_PREFIX = f"rp_{uuid.uuid4().hex[:6]}_"
