"""What a kept process tells its keeper, once a second, through a pipe: that it lives, and what it is doing."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

import structlog
from celery.worker import state

from rathausplatz.background import children

log = structlog.get_logger(__name__)
EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """How a worker stands. `begun` counts tasks since its start, `busy` those it is doing, `room` those it could do."""

    begun: int = 0
    busy: int = 0
    room: int = 0
    # a task has run for longer than it may, and nobody ends it
    overdue: bool = False

    def line(self) -> bytes:
        """As it goes through the pipe."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Report:
        """As it comes out of the pipe."""
        return cls(**json.loads(line))


def send_reports(pipe: int, ask: Callable[[], Report]) -> None:
    """Report from a thread of its own, until the process ends. A keeper that doesn't read now hears of it later."""
    os.set_blocking(pipe, False)
    threading.Thread(target=_report, args=(pipe, ask), name="reports", daemon=True).start()


def _report(pipe: int, ask: Callable[[], Report]) -> None:
    pause = threading.Event()
    while True:
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(pipe, ask().line())
        pause.wait(EVERY)


class WorkerAtWork:
    """Looks after a Celery worker from inside: its tasks, and the children of its pool."""

    def __init__(self, worker: Any, *, patience: float) -> None:
        self._worker = worker
        self._patience = patience
        self._seen: dict[str, float] = {}
        self._children = children.Watch(patience=patience)

    def look(self) -> Report:
        """End the children that hang, and say how the worker stands."""
        pool = getattr(self._worker.pool, "_pool", None)
        if hasattr(pool, "_cache"):
            for pid, reason in self._children.hanging(pool):
                log.error("worker.child_ended", child=pid, reason=reason)
                children.end(pid)
        active = list(state.active_requests)
        return Report(
            begun=int(state.all_total_count[0]),
            busy=len(active),
            room=int(self._worker.concurrency),
            overdue=any(self._is_overdue(request) for request in active),
        )

    def _is_overdue(self, request: Any) -> bool:
        """Whether a task runs on after its limit: pools of one process and of threads can't end it themselves."""
        began = self._seen.setdefault(request.id, monotonic())
        for each in self._seen.keys() - {known.id for known in list(state.active_requests)}:
            del self._seen[each]
        limit = request.time_limits[0] or request.task.time_limit or request.task.app.conf.task_time_limit
        return bool(limit) and monotonic() - began > float(limit) + self._patience
