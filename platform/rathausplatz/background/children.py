"""Children of a worker's pool that are there and do nothing: stopped, or handed a task that they don't begin.

A child that was killed is replaced by the pool at once, and a task that takes too long is ended by its time limit. But
a child that was stopped, or hangs before it begins, would keep its task for ever. Killed, it is like any other: its
task is done by another.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import Any


class Watch:
    """Remembers since when each child has been seen like that."""

    def __init__(self, *, patience: float) -> None:
        self._patience = patience
        self._since: dict[tuple[int, str, object], float] = {}

    def hanging(self, pool: Any) -> list[tuple[int, str]]:
        """The children that have hung for longer than the patience, each with the reason."""
        found = {(pid, "stopped", None) for pid in _pids(pool) if is_stopped(pid)} | set(_not_begun(pool))
        self._since = {key: self._since.get(key, monotonic()) for key in found}
        late = [key for key, since in self._since.items() if monotonic() - since > self._patience]
        for key in late:
            del self._since[key]
        return [(pid, reason) for pid, reason, _task in late]


def _pids(pool: Any) -> list[int]:
    return [process.pid for process in list(pool._pool) if process.pid]


def _not_begun(pool: Any) -> Iterator[tuple[int, str, object]]:
    """Tasks that were written to a child, which has not taken them up."""
    for number, job in list(pool._cache.items()):
        process = getattr(job, "_write_to", None)
        if process is not None and process.pid and not getattr(job, "_accepted", True):
            yield process.pid, "doesn't begin", number


def is_stopped(pid: int) -> bool:
    """Whether a child of this process was stopped (SIGSTOP) and not continued. Takes no news of its end away."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return False
    try:
        news = os.waitid(os.P_PID, pid, os.WSTOPPED | os.WCONTINUED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return news is not None and news.si_code == os.CLD_STOPPED


def end(pid: int) -> None:
    """Kill a child; one that is gone already is no error."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
