"""One run over the fleet at a time: a lock in PostgreSQL that ends with the process that holds it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings

# held by whoever brings schemas forward, and by a move for its last moment
RELEASING = "rathausplatz fleet migrate"
_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
# the halves of the key stand apart in pg_locks
_HOLDER = """
SELECT a.application_name, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid::bigint << 32) + l.objid::bigint = hashtextextended(%s, 0)
"""


class FleetBusyError(RuntimeError):
    """Another run of the same kind holds the lock; the text says which and since when."""


@contextmanager
def fleet_lock(name: str, *, wait: float = 0.0, who: str = "") -> Iterator[None]:
    """Hold the lock `name` for the time of one run, on a connection of its own, and free it at the end.

    Waits `wait` seconds at most (a process that was killed a moment ago holds it until PostgreSQL notices), then
    raises FleetBusyError that names the run that has it (`who`, else `name`), its host and process. Needs a direct
    connection (PgBouncer in transaction mode loses such locks).
    """
    who = f"{who or name} {socket.gethostname()[:30]}:{os.getpid()}"
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True, application_name=who[:63]) as connection:
        if not (_one(connection, _TRY, name) or (wait and _waited(connection, name, wait))):
            holder = connection.execute(_HOLDER, [name]).fetchone()
            whom = f"{holder[0]} since {holder[1]}" if holder else "another process"
            raise FleetBusyError(f"Another run has the fleet: {whom}. Wait for it, or end it, then run this again.")
        try:
            yield
        finally:
            # said, not left to the closing: the server notices that only a little later, and the next run is refused
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def _waited(connection: psycopg.Connection, name: str, seconds: float) -> bool:
    connection.execute(f"SET lock_timeout = {int(seconds * 1000)}")
    try:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _one(connection: psycopg.Connection, statement: str, name: str) -> bool:
    row = connection.execute(statement, [name]).fetchone()
    return bool(row and row[0])
