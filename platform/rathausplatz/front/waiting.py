"""Few threads and many hosts: who waits is served by turns, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)
MOST_WAITING = 512
MOST_WAITING_OF_ONE = 128


class FullError(Exception):
    """So many wait already that one more would only wait in vain."""


class Work(Generic[T]):
    """Something to be done by a thread. `result` is set by the thread; cancel it to give up waiting for the start."""

    def __init__(self, lane: str, do: Callable[[], T]) -> None:
        self.lane, self._do = lane, do
        self.result: Future[T] = Future()

    def run(self) -> None:
        """Do it, unless nobody waits any more."""
        if not self.result.set_running_or_notify_cancel():
            return
        try:
            done = self._do()
        except BaseException as error:  # noqa: BLE001 -- raised again where the result is awaited
            self.result.set_exception(error)
        else:
            self.result.set_result(done)


class Threads:
    """A fixed number of threads that work for all lanes (hosts) in turn.

    The last free thread goes only to a lane that has none: one host, however slow its pages are at the moment, leaves
    another a way through.
    """

    def __init__(self, count: int, *, name: str) -> None:
        self.count = count
        self._free = count
        self._lanes: OrderedDict[str, deque[Work]] = OrderedDict()
        self._running: Counter[str] = Counter()
        self._waiting = 0
        self._changed = threading.Condition()
        self._ended = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, lane: str, do: Callable[[], T]) -> Future[T]:
        """Have `do` called by one of the threads when the lane's turn comes. Raises FullError."""
        work = Work(lane, do)
        with self._changed:
            line = self._lanes.setdefault(lane, deque())
            if self._waiting >= MOST_WAITING or len(line) >= MOST_WAITING_OF_ONE:
                self._forget_cancelled()
                line = self._lanes.setdefault(lane, deque())
            if self._waiting >= MOST_WAITING or len(line) >= MOST_WAITING_OF_ONE:
                raise FullError(lane)
            line.append(work)
            self._waiting += 1
            self._changed.notify()
        return work.result

    def end(self, *, within: float) -> None:
        """Take nothing new and wait for what runs."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(within / self.count)

    def _work(self) -> None:
        while (work := self._take()) is not None:
            work.run()
            with self._changed:
                self._free += 1
                self._running[work.lane] -= 1
                if not self._running[work.lane]:
                    del self._running[work.lane]
                # whoever was not allowed the last free thread may be now
                self._changed.notify()

    def _take(self) -> Work | None:
        with self._changed:
            while not self._ended:
                if (work := self._next()) is not None:
                    self._free -= 1
                    self._running[work.lane] += 1
                    return work
                self._changed.wait()
        return None

    def _next(self) -> Work | None:
        for lane in list(self._lanes):
            line = self._lanes[lane]
            while line and line[0].result.cancelled():
                line.popleft()
                self._waiting -= 1
            if not line:
                del self._lanes[lane]
            elif self._may_start(lane):
                self._waiting -= 1
                self._lanes.move_to_end(lane)
                return line.popleft()
        return None

    def _may_start(self, lane: str) -> bool:
        return self._free > 1 or self.count == 1 or lane not in self._running

    def _forget_cancelled(self) -> None:
        for lane in list(self._lanes):
            kept = deque(work for work in self._lanes[lane] if not work.result.cancelled())
            self._waiting -= len(self._lanes[lane]) - len(kept)
            self._lanes[lane] = kept
