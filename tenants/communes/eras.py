"""What a process may remember: nothing that was read before a change and would be kept after it.

Each announcement (`tenants.communes.invalidation`) begins a new era for the commune it names, in every process that
hears it. A stretch of work (a request, a task: whatever enters a scope) notes the era in which it began. What it read
may be remembered if the era is still the same when it ends, if it ended well, and if it changed nothing itself: until
its commit nobody else may see that, and after a rollback nobody at all. While it works it may use what it read as it
likes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class _Eras:
    """How often something was announced: for each commune by name, and for everybody."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._named: dict[str, int] = {}
        self._for_all = 0
        self._any = 0

    def of(self, schema: str) -> tuple[int, int]:
        return (self._named.get(schema, 0), self._for_all) if schema else (self._any, 0)

    def begin(self, schema: str) -> None:
        with self._lock:
            self._any += 1
            if schema:
                self._named[schema] = self._named.get(schema, 0) + 1
            else:
                self._for_all += 1


_eras = _Eras()


def era_of(schema: str) -> tuple[int, int]:
    """What differs as soon as anything is announced for the schema or for all; for "", as soon as anything is."""
    return _eras.of(schema)


def begin_era(schema: str) -> None:
    """Something of the schema changed ("": of all). Called before memories are dropped: none is filled between."""
    _eras.begin(schema)


class Work:
    """One stretch of work for one schema: when it began, what it has read so far, and whether it changed anything."""

    __slots__ = ("changed", "era", "outer", "read", "schema")

    def __init__(self, schema: str, outer: Work | None) -> None:
        self.schema = schema
        self.outer = outer
        self.era = era_of(schema)
        self.changed = False
        self.read: dict[str, Any] = {}

    def note_change(self) -> None:
        """It changed something: what it read is void, and what it reads from now on is for itself alone."""
        self.changed = True
        self.read.clear()


_work: ContextVar[Work | None] = ContextVar("rathausplatz_work", default=None)
_keepers: list[Callable[[Work], None]] = []


def current_work() -> Work | None:
    """The stretch of work that the running code belongs to; None where no scope was entered."""
    return _work.get()


def has_changed() -> bool:
    """Whether the running work changed something, so that what it reads is for itself alone."""
    work = _work.get()
    return work is not None and work.changed


def note_change() -> None:
    """The running work changed something: what it has read or reads until its end, nobody remembers."""
    work = _work.get()
    if work is not None:
        work.note_change()


def keeper(function: Callable[[Work], None]) -> Callable[[Work], None]:
    """Decorator: call the function with each stretch of work that ended well and changed nothing."""
    _keepers.append(function)
    return function


@contextmanager
def work_for(schema: str) -> Iterator[Work]:
    """Begin a stretch of work, or go on with the one for this schema that it is part of."""
    outer = found = _work.get()
    while found is not None and found.schema != schema:
        found = found.outer
    work = found or Work(schema, outer)
    token = _work.set(work)
    try:
        yield work
    finally:
        _work.reset(token)
    if found is None and not work.changed:
        for keep in _keepers:
            keep(work)
