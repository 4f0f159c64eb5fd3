"""Telling every process that something it remembers has changed, by PostgreSQL's NOTIFY.

A notification is sent by the database when the transaction commits, never before and never for a rollback. Each
process that keeps memories runs one listener thread; while it has no connection, nothing remembered is relied on and
`listening()` is False, so that caches can stand aside.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import connection, transaction

from tenants.communes.backend.waiting import CONNECT_SECONDS, KEEPALIVE
from tenants.communes.cells import MAIN
from tenants.communes.eras import begin_era, note_change
from tenants.communes.models.commune import UNSEEN_STATES
from tenants.communes.scope import cell_of_scope, public_scope, require_commune

CHANNEL = "rathausplatz"
log = structlog.get_logger(__name__)
_watchers: dict[str, list[Callable[[str], None]]] = {}
_losses: list[Callable[[], None]] = []


def watch(
    topic: str, *, on_loss: Callable[[], None] | None = None
) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    """Decorator: call the function with the payload whenever `topic` is announced. "" means: forget everything.

    While nothing can be heard nothing may be relied on. `on_loss` is called then instead, for memories that keep a last
    resort apart until the process hears again; may be called many times.
    """

    def register(function: Callable[[str], None]) -> Callable[[str], None]:
        _watchers.setdefault(topic, []).append(function)
        _losses.append(on_loss or partial(function, ""))
        return function

    return register


def announce(topic: str, payload: str = "") -> None:
    """Tell all processes, when the current transaction commits. This process included.

    `payload` is the schema of the commune that is concerned, "" for all. Until then nobody remembers what the
    announcing work reads.
    """
    note_change()
    if cell_of_scope() == MAIN:
        _notify(topic, payload)
    else:  # everybody listens to the main cell, so it is told when this one has committed
        transaction.on_commit(lambda: _notify_main(topic, payload))
    transaction.on_commit(lambda: dispatch(topic, payload))


def _notify(topic: str, payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{topic}:{payload}"])


def _notify_main(topic: str, payload: str) -> None:
    with public_scope():
        _notify(topic, payload)


def invalidate_pages() -> None:
    """What anonymous visitors of the current commune see has changed: drop its cached pages and memories."""
    commune = require_commune()
    note_change()
    if commune.state not in UNSEEN_STATES:
        announce("pages", commune.schema)


def dispatch(topic: str, payload: str) -> None:
    """Begin a new era for the commune that `payload` names ("": for all), then call this process's watchers."""
    begin_era(payload)
    for function in _watchers.get(topic, []):
        function(payload)


def forget_everything() -> None:
    """Call every watcher with an empty payload."""
    for topic in _watchers:
        dispatch(topic, "")


def lose_everything() -> None:
    """Nothing is heard any more: forget, or set apart as a last resort."""
    for function in _losses:
        function()


class Listener:
    """The thread of this process that hears announcements. Started on first need, stopped for tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._up = threading.Event()

    def listening(self) -> bool:
        """Whether this process is sure to hear of changes."""
        return self._up.is_set()

    def start(self) -> None:
        """Start the thread unless it runs. Needs a direct connection (not PgBouncer's transaction mode)."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="invalidation", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for its end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen_and_forget()
            except psycopg.Error as error:
                log.warning("invalidation.connection_lost", reason=type(error).__name__)
            except Exception:  # of a watcher: the others must go on hearing
                log.exception("invalidation.watcher_failed")
            self._stop.wait(1.0)

    def _listen_and_forget(self) -> None:
        try:
            self._listen()
        finally:
            self._up.clear()
            lose_everything()

    def _listen(self) -> None:
        kept: dict[str, Any] = KEEPALIVE | {"connect_timeout": CONNECT_SECONDS}
        with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True, **kept) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            forget_everything()
            self._up.set()
            while not self._stop.is_set():
                for notification in connection.notifies(timeout=0.5):
                    topic, _colon, payload = notification.payload.partition(":")
                    dispatch(topic, payload)


listener = Listener()


def listening() -> bool:
    """Whether this process is sure to hear of changes, and so may remember what it has read."""
    return listener.listening()
