"""Tasks that write down what happens to them, in the file that TASK_DIARY names, one line at a time."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from tenants.communes.scope import require_commune
from tenants.communes.tasks import commune_task, owner_task


def write_down(*words: object) -> None:
    """Add a line; lines of several processes don't mix."""
    with Path(os.environ["TASK_DIARY"]).open("ab", buffering=0) as diary:
        diary.write((" ".join(str(word) for word in words) + "\n").encode())


@commune_task()
def note(*, number: int = 0) -> None:
    """Write down whose turn it was."""
    write_down(require_commune().schema, number)


@commune_task()
def hold(*, name: str) -> None:
    """Begin, and end when the file of that name beside the diary appears."""
    _hold(name)


@owner_task(name="tests.hold_as_owner")
def hold_as_owner(*, name: str) -> None:
    """The same in the owner's worker."""
    _hold(name)


def _hold(name: str) -> None:
    write_down("began", name, os.getpid())
    go, pause = Path(os.environ["TASK_DIARY"]).parent / name, threading.Event()
    while not go.exists():
        pause.wait(0.02)
    write_down("ended", name)


@commune_task(max_retries=1, default_retry_delay=1)
def later() -> None:
    """Fail once, be retried a second later, and write down which of the two it was."""
    from celery import current_task

    write_down("attempt", current_task.request.retries)
    if current_task.request.retries == 0:
        raise current_task.retry()


@commune_task()
def fatal() -> None:
    """Bring down the worker's process, each time."""
    write_down("fatal", os.getpid())
    os.kill(os.getpid(), 9)


def flood(*, schema: str, times: int, others: list[str]) -> None:
    """One commune sends `times` tasks, then each of the others one."""
    for number in range(times):
        note.delay(schema=schema, number=number)
    for other in others:
        note.delay(schema=other)
