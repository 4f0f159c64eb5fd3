"""What a server must write down so that the sequences of new communes survive a crash.

A commune is made in one transaction that also draws from the sequences it makes. PostgreSQL notes with a sequence how
many values ahead it has logged. With wal_level = minimal, what such a transaction does to its own sequences is not
logged at all, and yet noted as if it were: after a crash before the next checkpoint they give numbers that were given
before.
"""

from __future__ import annotations

import psycopg


def crash_findings(admin: psycopg.Connection) -> list[str]:
    """What this server would lose in a crash, a sentence each. Reads only."""
    row = admin.execute("SELECT current_setting('wal_level')").fetchone()
    if row != ("minimal",):
        return []
    return [
        "wal_level is minimal: after a crash, the sequences of new communes give numbers that were given before. "
        "Set wal_level = replica in postgresql.conf and restart the server."
    ]
