"""How long the database is waited for: connections that end a wait, notice a closed one, and can be opened again.

Imported by the settings: knows nothing of Django.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
from psycopg import pq, waiting
from psycopg.pq import ConnStatus, PollingStatus, TransactionStatus
from psycopg.waiting import Wait

# a network that is gone without a word is noticed within half a minute; Unix sockets pass over it
KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
CONNECT_SECONDS = 5
# what a transaction of the web server asks PostgreSQL itself to end: one statement, and one that goes on with nothing
STATEMENT_SECONDS = 8
IDLE_SECONDS = 60
# even who had to wait before gives each statement so long
LEAST_SECONDS = 2.0
_INTERVAL = 0.1
_patience: ContextVar[float | None] = ContextVar("rathausplatz_patience", default=None)


class SilentError(psycopg.OperationalError):
    """The database did not answer a statement in time; its connection was given up."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Wait at most `seconds` for each statement, LEAST_SECONDS at least: for who answers visitors.

    Workers and commands have no such limit: an archive or a rollout may take its time.
    """
    token = _patience.set(max(LEAST_SECONDS, seconds))
    try:
        yield
    finally:
        _patience.reset(token)


def is_patient() -> bool:
    """Whether the running code may wait for a statement as long as that takes."""
    return _patience.get() is None


class Connection(psycopg.Connection[Any]):
    """psycopg's, but a wait ends with the patience of the running code, also when no sign of life comes any more.

    PostgreSQL's own `statement_timeout` can't do that: a server that is stopped, or gone, keeps no time.
    """

    def wait(self, gen: Any, interval: float = _INTERVAL, timeout: float | None = None) -> Any:
        limit = _patience.get()
        if limit is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, limit)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()
            raise SilentError(f"The database gave no answer for {limit:.1f} s.") from error


def was_closed(wire: pq.abc.PGconn) -> bool:
    """Whether the server has closed a connection that waits for nothing: a look at the socket, no round trip."""
    if wire.status != ConnStatus.OK:
        return True
    look = select.poll()
    look.register(wire.socket, select.POLLIN)
    try:
        while events := look.poll(0):
            if events[0][1] & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
                return True
            wire.consume_input()  # farewells and notices; the end raises
    except psycopg.OperationalError:
        return True
    return False


def open_again(connection: psycopg.Connection[Any]) -> None:
    """Open the same connection once more, so that cursors on it stay good.

    Raises OperationalError when nobody answers.
    """
    waiting.wait_conn(_opening(connection.pgconn), interval=_INTERVAL, timeout=CONNECT_SECONDS)


def _opening(wire: pq.abc.PGconn) -> Any:
    wire.reset_start()
    while (step := wire.reset_poll()) != PollingStatus.OK:
        if step == PollingStatus.FAILED:
            raise psycopg.OperationalError(wire.get_error_message())
        wanted = Wait.R if step == PollingStatus.READING else Wait.W
        while not (yield wire.socket, wanted):
            pass
    wire.nonblocking = 1
