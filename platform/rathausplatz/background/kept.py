"""The processes that `rathausplatz worker` and `rathausplatz beat` keep."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from time import sleep
from typing import Any

from celery.signals import worker_init
from django.conf import settings

from rathausplatz.background.keeper import Kept
from rathausplatz.background.queues import count_waiting
from rathausplatz.background.reports import Report, WorkerAtWork, send_reports
from rathausplatz.background.schedule import Schedule
from rathausplatz.celery import app

SCHEDULE_FILE = "schedule.json"


def kept_worker(*, name: str, queues: Sequence[str], concurrency: int, pool: str) -> Kept:
    """A Celery worker of these queues."""
    patience = float(settings.WORKER_PATIENCE)
    # once, in the keeper: what it forks has it at once and shares the memory
    app.loader.import_default_modules()

    def work(pipe: int) -> int:
        @worker_init.connect(weak=False)
        def begin(sender: Any = None, **_: Any) -> None:
            send_reports(pipe, WorkerAtWork(sender, patience=patience).look)

        # of pickle, which we don't accept; in a container everybody is root
        warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
        app.worker_main(
            [
                "--quiet",
                "worker",
                f"--concurrency={concurrency}",
                f"--pool={pool}",
                f"--queues={','.join(queues)}",
                f"--hostname={name}-{os.getpid()}@%h",
                "--loglevel=WARNING",
                "--without-gossip",
                "--without-mingle",
            ]
        )
        return 0

    return Kept(name=name, work=work, patience=patience, waiting=lambda: count_waiting(queues))


def kept_schedule() -> Kept:
    """The schedule."""
    return Kept(name="schedule", work=_keep_to_the_schedule, patience=float(settings.WORKER_PATIENCE))


def _keep_to_the_schedule(pipe: int) -> int:
    os.set_blocking(pipe, False)
    schedule = Schedule(entries=settings.CELERY_BEAT_SCHEDULE, file=settings.DATA_DIR / SCHEDULE_FILE)
    rounds = 0
    while True:
        schedule.send_due(app.send_or_raise)
        rounds += 1
        os.write(pipe, Report(begun=rounds).line())
        sleep(1)
