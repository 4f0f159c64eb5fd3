"""Time that passes for counters."""

from __future__ import annotations

from datetime import timedelta

import psycopg
from django.conf import settings


def end_all_counts(ahead: timedelta = timedelta(seconds=-1)) -> None:
    """Let all counts end `ahead` of now, as if their time had passed, or a clock had been wrong."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(f"SET ROLE {settings.ROLE_PREFIX}_platform")
        connection.execute("UPDATE communes_count SET ends_at = now() + %s", [ahead])
