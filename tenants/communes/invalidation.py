"""Telling every process that something it remembers has changed, by PostgreSQL's NOTIFY.

A notification is sent by the database when the transaction commits, never before and never for a rollback. Each
process that keeps memories runs one listener thread; while the listener has no connection, everything is forgotten and
`listening()` is False, so that caches can stand aside.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import structlog
from django.conf import settings
from django.db import connection

from tenants.communes.scope import require_commune

CHANNEL = "rathausplatz"
log = structlog.get_logger(__name__)
_watchers: dict[str, list[Callable[[str], None]]] = {}
_up = threading.Event()
_start_lock = threading.Lock()
_thread: threading.Thread | None = None


def watch(topic: str) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    """Decorator: call the function with the payload whenever `topic` is announced. "" means: forget everything."""

    def register(function: Callable[[str], None]) -> Callable[[str], None]:
        _watchers.setdefault(topic, []).append(function)
        return function

    return register


def announce(topic: str, payload: str = "") -> None:
    """Tell all processes, when the current transaction commits. This process included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{topic}:{payload}"])
    from django.db import transaction

    transaction.on_commit(lambda: dispatch(topic, payload))


def invalidate_pages() -> None:
    """What anonymous visitors of the current commune see has changed: drop its cached pages and memories."""
    announce("pages", require_commune().schema)


def dispatch(topic: str, payload: str) -> None:
    """Call this process's watchers of `topic`."""
    for function in _watchers.get(topic, []):
        function(payload)


def forget_everything() -> None:
    """Call every watcher with an empty payload."""
    for topic in _watchers:
        dispatch(topic, "")


def listening() -> bool:
    """Whether this process is sure to hear of changes."""
    return _up.is_set()


def start_listener() -> None:
    """Start this process's listener thread, once. Needs a direct connection (not PgBouncer's transaction mode)."""
    global _thread
    with _start_lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_listen_for_good, name="invalidation", daemon=True)
            _thread.start()


def _listen_for_good() -> None:
    pause = threading.Event()
    while True:
        try:
            _listen_once()
        except psycopg.Error as error:
            log.warning("invalidation.connection_lost", reason=type(error).__name__)
        _up.clear()
        forget_everything()
        pause.wait(1.0)


def _listen_once() -> None:
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        forget_everything()
        _up.set()
        for notification in listener.notifies():
            topic, _colon, payload = notification.payload.partition(":")
            dispatch(topic, payload)
