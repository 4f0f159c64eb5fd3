"""Counters that hold: in PostgreSQL, exact whoever counts at the same time, apart from what counts.

Each count is one statement in a transaction of its own, on a connection of its own: no lock is held while a request or
a task works, and what is rolled back was tried all the same. It takes one round trip and never longer than
`PATIENCE`. A counter that can't count lets through and says so: a limit that fails must not close the door
(docs/decisions/0048).

A count begins with its first try and ends `seconds` later, by PostgreSQL's clock. All counts are in the main cell.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from django.conf import settings
from psycopg import generators, sql
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.waiting import Ready, Wait

from tenants.communes.registry import Registry
from tenants.communes.roles import platform_role

# seconds: for an answer of PostgreSQL, and for others of this process who count
PATIENCE = 1.0
PATIENCE_IN_LINE = 2.0
# after a failure nobody tries for so long, so that a database that hangs costs each request at most one wait
PAUSE = 1.0
SAID_EVERY = 60.0
log = structlog.get_logger(__name__)
# called for each count that could not be made
uncounted: Registry[Callable[[], None]] = Registry("hearers of counts that failed")

_ENDED = "(c.ends_at <= clock_timestamp() OR c.ends_at > clock_timestamp() + {span} + interval '1 second')"
# a clock that was ahead for a moment leaves an end that is too far away: such a count has ended too
_TAKE = f"""\
WITH taken AS (
INSERT INTO public.communes_count AS c (place, number, ends_at) VALUES ({{place}}, 1, clock_timestamp() + {{span}})
ON CONFLICT (place) DO UPDATE SET
number = CASE WHEN {_ENDED} THEN 1 ELSE c.number + 1 END,
ends_at = CASE WHEN {_ENDED} THEN clock_timestamp() + {{span}} ELSE c.ends_at END
WHERE {_ENDED} OR c.number < {{most}} RETURNING true)
SELECT true, 0 FROM taken UNION ALL
SELECT false, ceil(extract(epoch FROM ends_at - clock_timestamp()))::int FROM public.communes_count
WHERE place = {{place}} AND NOT EXISTS (SELECT FROM taken)"""


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether there was room for one more, and if not, in how many seconds there will be."""

    granted: bool
    wait: int = 0


def take(place: str, *, most: int, seconds: int) -> Taken:
    """Count one more at `place`, unless there are `most` within `seconds` already. Never raises; at worst it grants."""
    span = sql.SQL("interval {}").format(sql.Literal(f"{int(seconds)} seconds"))
    rows = _ask(sql.SQL(_TAKE).format(place=sql.Literal(place), most=sql.Literal(int(most)), span=span))
    if rows is None:
        return Taken(granted=True)
    # a row that others made while this statement ran is not seen by its second half
    granted, wait = rows[0] if rows else ("f", str(seconds))
    return Taken(granted == "t", min(max(int(wait), 1), seconds) if granted == "f" else 0)


def give_back(place: str) -> None:
    """What was taken is free again. Harmless where nothing is counted. Never raises."""
    statement = "UPDATE public.communes_count SET number = number - 1 WHERE place = {} AND number > 0"
    _ask(sql.SQL(statement).format(sql.Literal(place)))


def forget_count(place: str) -> None:
    """Begin anew at `place`. Never raises."""
    _ask(sql.SQL("DELETE FROM public.communes_count WHERE place = {}").format(sql.Literal(place)))


def forget_counts_of(schema: str) -> None:
    """Remove every count of one commune. May run twice; never raises."""
    _ask(sql.SQL("DELETE FROM public.communes_count WHERE starts_with(place, {})").format(sql.Literal(f"{schema}:")))


def forget_ended_counts() -> None:
    """Remove the counts that have ended. May run at any time; never raises."""
    _ask(sql.SQL("DELETE FROM public.communes_count WHERE ends_at <= clock_timestamp()"), patience=10 * PATIENCE)


def forget_all_counts() -> None:
    """Remove every count. Never raises."""
    _ask(sql.SQL("DELETE FROM public.communes_count"))


class _Line:
    """This process's own connection for counting, which one thread uses at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._made_for: tuple[int, str] = (0, "")
        self._closed_until = 0.0
        self._said_at = float("-inf")

    def ask(self, statement: sql.Composable, patience: float) -> list[tuple[str, ...]] | None:
        """The rows of one statement, a transaction of its own, as text; None if it can't be had in time."""
        if not self._lock.acquire(timeout=PATIENCE_IN_LINE):
            self._report("others count for too long")
            return None
        try:
            if time.monotonic() < self._closed_until:
                self._report("paused after a failure")
                return None
            return self._say_again_if_lost(statement, patience)
        except (psycopg.Error, TimeoutError, OSError) as error:
            self.close()
            self._closed_until = time.monotonic() + PAUSE
            self._report(f"{type(error).__name__}: {error}".strip())
            return None
        finally:
            self._lock.release()

    def _say_again_if_lost(self, statement: sql.Composable, patience: float) -> list[tuple[str, ...]]:
        try:
            return self._say(statement, patience)
        except psycopg.OperationalError:
            if self._connection is None or self._connection.pgconn.status == ConnStatus.OK:
                raise
        # it ended while nobody counted, as after a restart of PostgreSQL
        self.close()
        return self._say(statement, patience)

    def _say(self, statement: sql.Composable, patience: float) -> list[tuple[str, ...]]:
        connection = self._connected()
        script = sql.SQL(
            "SET LOCAL ROLE {}; SET LOCAL statement_timeout = {}; SET LOCAL synchronous_commit = off; {}"
        ).format(sql.Identifier(platform_role()), sql.Literal(int(patience * 1000)), statement)
        # by the simple protocol: a message, a transaction, through PgBouncer too
        connection.pgconn.send_query(script.as_bytes(connection))
        results = _within(generators.execute(connection.pgconn), connection.pgconn.socket, patience)
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(result)
        last = results[-1]
        return [
            tuple((last.get_value(row, column) or b"").decode() for column in range(last.nfields))
            for row in range(last.ntuples)
        ]

    def _connected(self) -> psycopg.Connection[Any]:
        wanted = (os.getpid(), settings.DATABASE_URL)
        if self._connection is None or self._connection.closed or self._made_for != wanted:
            if self._made_for[0] == wanted[0]:
                self.close()
            self._connection = psycopg.connect(wanted[1], autocommit=True, connect_timeout=2, prepare_threshold=None)
            self._made_for = wanted
        return self._connection

    def close(self) -> None:
        """End the connection; the next count makes another. Not what a parent process left behind."""
        if self._connection is not None and self._made_for[0] == os.getpid():
            self._connection.close()
        self._connection = None

    def reopen(self) -> None:
        """Try again at once, whatever failed before."""
        self._closed_until = 0.0

    def _report(self, reason: str) -> None:
        for _name, hearer in uncounted.items():
            hearer()
        if time.monotonic() - self._said_at >= SAID_EVERY:
            self._said_at = time.monotonic()
            log.error("counters.cannot_count", reason=reason)


def _within(question: Generator[Wait, Ready, Any], socket: int, seconds: float) -> Any:
    """The answer to a question of psycopg's. Raises TimeoutError after `seconds`, whatever the other side does."""
    until, waiting = time.monotonic() + seconds, select.poll()
    try:
        wanted = next(question)
        while True:
            waiting.register(
                socket, (select.POLLIN if wanted & Wait.R else 0) | (select.POLLOUT if wanted & Wait.W else 0)
            )
            found = waiting.poll(max(0, int((until - time.monotonic()) * 1000)))
            if not found:
                raise TimeoutError("PostgreSQL does not answer")
            _socket, event = found[0]
            ready = (Ready.W if event & select.POLLOUT else 0) | (Ready.R if event & ~select.POLLOUT else 0)
            wanted = question.send(Ready(ready))
    except StopIteration as end:
        return end.value


line = _Line()


def _ask(statement: sql.Composable, patience: float | None = None) -> list[tuple[str, ...]] | None:
    return line.ask(statement, PATIENCE if patience is None else patience)
