"""Whether the database is out of reach, found out aside, so that visitors need not find out one by one."""

from __future__ import annotations

import threading
from contextlib import closing

import psycopg
import structlog
from django.conf import settings

from tenants.communes.backend.waiting import KEEPALIVE, Connection, patience

log = structlog.get_logger(__name__)
SECONDS = 2
EVERY = 0.5


class DatabaseWatch:
    """Asks the database by a connection of its own, from the first suspicion until it answers again.

    `is_away` is set only when that question failed: one statement that took too long stops nobody else.
    """

    def __init__(self) -> None:
        self.is_away = False
        self._lock = threading.Lock()
        self._asking = False

    def suspect(self) -> None:
        """An answer failed because of the database, or came too late: look whether it is there. Returns at once."""
        with self._lock:
            if self._asking:
                return
            self._asking = True
        threading.Thread(target=self._watch, name="database-watch", daemon=True).start()

    def _watch(self) -> None:
        pause = threading.Event()
        try:
            while not _answers():
                if not self.is_away:
                    log.error("database.out_of_reach")
                self.is_away = True
                pause.wait(EVERY)
        finally:
            if self.is_away:
                log.warning("database.back")
            self.is_away = self._asking = False


def _answers() -> bool:
    try:
        with patience(SECONDS), closing(_connected()) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _connected() -> Connection:
    kept = KEEPALIVE | {"connect_timeout": SECONDS}
    return Connection.connect(settings.DATABASE_URL, autocommit=True, **kept)
