"""Counts and times what workers do, by Celery's own signals."""

from __future__ import annotations

import time
from typing import Any

from celery.signals import task_postrun, task_prerun


@task_prerun.connect
def begin(task: Any = None, **_: Any) -> None:
    """Note when a task began, on its own request: several run at once in a worker of threads."""
    if task is not None:
        task.request.began = time.perf_counter()


@task_postrun.connect
def end(task: Any = None, state: str = "", **_: Any) -> None:
    """Count it by its outcome."""
    if task is None:
        return
    # only here: the worker's command loads this module before it has said where its processes count
    from rathausplatz.metrics.counters import TASK_SECONDS, TASKS

    TASKS.labels(task.name, (state or "unknown").lower()).inc()
    began = getattr(task.request, "began", None)
    if began is not None:
        TASK_SECONDS.labels(task.name).observe(time.perf_counter() - began)
