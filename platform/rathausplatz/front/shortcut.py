"""Answering kept pages on the spot: granian's hand-over of a request to the event loop costs more than such an answer.

granian calls a scheduler for each request, in a thread of its own; the scheduler here asks the front first whether it
has the answer at hand, and gives only the others to the loop. That place is not part of granian's documented
interface: `tests/platform/rathausplatz/front` holds that requests pass here, and without it all still work.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from granian import Granian
from granian._granian import CallbackScheduler
from granian.server import mp


class Shortcut(CallbackScheduler):  # type: ignore[misc]  # granian has no types
    """A scheduler of requests: at hand, or in a task of the event loop."""

    def __init__(self, loop: Any, answer: Any, *_task: Any) -> None:
        super().__init__()
        self._schedule_fn = partial(_answered_or_scheduled, loop, self._ctx, answer)

    @classmethod
    def of(cls, loop: Any, answer: Any, impl_asyncio: bool = True) -> Shortcut:
        """As granian calls it; the arguments that stay empty are for tasks of its own."""
        return cls(loop, answer, None, None, None)


def _answered_or_scheduled(loop: Any, context: Any, answer: Any, request: Any) -> None:
    from rathausplatz.front.application import answered_at_once

    if not answered_at_once(request.scope, request.proto):
        loop.call_soon_threadsafe(_run, loop, answer, request, context=context)


def _run(loop: Any, answer: Any, request: Any) -> None:
    request.taskref(loop.create_task(answer(request)))


class WebServer(Granian):  # type: ignore[misc, valid-type]
    """granian, with the shortcut in each of its processes."""

    @staticmethod
    def _spawn_rsgi_worker(*args: Any, **kwargs: Any) -> Any:
        mp._new_cbscheduler = Shortcut.of  # type: ignore[attr-defined]
        return Granian._spawn_rsgi_worker(*args, **kwargs)
