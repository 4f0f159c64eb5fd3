"""What the keeper counts for `/metrics`. Loaded late: the command has to say first where its processes count."""

from __future__ import annotations


def note_restart(process: str, reason: str) -> None:
    """A process was started again."""
    from rathausplatz.metrics.counters import PROCESS_RESTARTS

    PROCESS_RESTARTS.labels(process, reason).inc()


def note_standing(process: str, seconds: float) -> None:
    """For how long messages have waited for a worker that had room for them."""
    from rathausplatz.metrics.counters import WORKER_STANDING

    WORKER_STANDING.labels(process).set(round(seconds, 1))


def note_not_sent(task: str) -> None:
    """A task was not sent, because the broker could not be had."""
    from rathausplatz.metrics.counters import TASKS_NOT_SENT

    TASKS_NOT_SENT.labels(task).inc()
