"""Threads that do the same work in many communes, each with database connections of its own."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

from django.db import connections

from tenants.communes.scope import CommuneRef

# makes what one thread works with; called once in each
MakeWork = Callable[[], Callable[[CommuneRef], None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one commune. `error` is the traceback of a failure and `reason` its last line, else ""."""

    commune: CommuneRef
    seconds: float
    error: str = ""
    reason: str = ""


class Crew:
    """Use it as a context manager: its threads live as long, and close their connections at the end."""

    def __init__(self, jobs: int, make_work: MakeWork) -> None:
        self._make_work = make_work
        self._orders: queue.SimpleQueue[CommuneRef | None] = queue.SimpleQueue()
        # with each outcome, how many orders were dropped because of it
        self._outcomes: queue.SimpleQueue[tuple[Outcome, int]] = queue.SimpleQueue()
        self._stop_on_failure = True
        self._threads = [threading.Thread(target=self._labour, name=f"fleet-{number}") for number in range(jobs)]

    def __enter__(self) -> Crew:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop_orders()
        for _thread in self._threads:
            self._orders.put(None)
        for thread in self._threads:
            thread.join()

    def work_through(self, communes: Sequence[CommuneRef], *, stop_on_failure: bool) -> Iterator[Outcome]:
        """The outcomes as they come. After a failure with `stop_on_failure` only what has begun is finished."""
        self._stop_on_failure = stop_on_failure
        for commune in communes:
            self._orders.put(commune)
        expected = len(communes)
        while expected > 0:
            outcome, dropped = self._outcomes.get()
            expected -= 1 + dropped
            yield outcome

    def _drop_orders(self) -> int:
        dropped = 0
        while True:
            try:
                order = self._orders.get_nowait()
            except queue.Empty:
                return dropped
            if order is None:  # the word to go home, behind which nothing comes: it is for another thread
                self._orders.put(None)
                return dropped
            dropped += 1

    def _labour(self) -> None:
        made: list[Callable[[CommuneRef], None]] = []

        def work(commune: CommuneRef) -> None:
            if not made:  # here, so that a failure to make it is told too
                made.append(self._make_work())
            made[0](commune)

        try:
            while (commune := self._orders.get()) is not None:
                outcome = _attempt(work, commune)
                # by the thread that failed, before it or another takes the next
                dropped = self._drop_orders() if outcome.error and self._stop_on_failure else 0
                self._outcomes.put((outcome, dropped))
        finally:
            connections.close_all()


def _attempt(work: Callable[[CommuneRef], None], commune: CommuneRef) -> Outcome:
    began = time.monotonic()
    try:
        work(commune)
    except BaseException as error:  # noqa: BLE001 - even a command's exit is this commune's failure: somebody waits
        reason = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
        return Outcome(commune, time.monotonic() - began, traceback.format_exc(), reason)
    return Outcome(commune, time.monotonic() - began)
