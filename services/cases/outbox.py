"""What must still happen for a case: steps stored with it, run one by one, each in a transaction of its own.

Nothing is lost with a broker or a worker: `services.cases.tasks.sweep` finds every due step again. Handlers may run
twice; their effects are keyed by the case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from services.cases.history import add_event
from services.cases.models import ActorKind, Case, CaseStep, EventKind, StepState
from tenants.accounts.access import require
from tenants.communes.registry import Registry
from tenants.communes.scope import require_commune

log = structlog.get_logger(__name__)
MOST_ATTEMPTS = 8
BACKOFF_SECONDS = (2, 10, 60, 300, 1800, 7200, 21600)
TASK = "services.cases.tasks.run_step"
SWEEP_BATCH = 200


@dataclass(frozen=True, slots=True)
class StepHandler:
    """How one kind of step is done.

    `run` does the work and says whether what comes after it may start now (False: a person has to act first).
    `after` names the steps that must be done before. `due` gives the time of a step that happens later; None skips it.
    """

    name: str
    label: Any
    run: Callable[[Case], bool]
    after: tuple[str, ...] = ()
    due: Callable[[Case], datetime | None] | None = None


step_handlers: Registry[StepHandler] = Registry("case steps")


def plan_steps(*, case: Case, names: Sequence[str]) -> None:
    """Store the steps of a new case and start those that wait for nothing."""
    now = timezone.now()
    first = [name for name in names if not _before(name, names)]
    CaseStep.objects.bulk_create(
        CaseStep(case=case, name=name, position=position, due_at=now if name in first else None)
        for position, name in enumerate(names, start=1)
    )
    for name in first:
        _schedule(case.pk, name)


def queue_step(*, case: Case, name: str) -> None:
    """Have a step done now that is not part of the plan; one that was done before is done again."""
    step_handlers.get(name)
    position = CaseStep.objects.filter(case=case).count() + 1
    CaseStep.objects.update_or_create(
        case=case,
        name=name,
        defaults={"state": StepState.WAITING, "due_at": timezone.now(), "attempts": 0, "last_error": ""},
        create_defaults={"position": position, "due_at": timezone.now()},
    )
    _schedule(case.pk, name)


@transaction.atomic
def run_step(*, case_id: int, name: str) -> StepState | None:
    """Run one step if it is due and nobody else runs it; None when there was nothing to do.

    An error undoes the step's own work only; the step is tried again later, eight times in all.
    """
    due = CaseStep.objects.filter(case_id=case_id, name=name, state=StepState.WAITING, due_at__lte=timezone.now())
    step = due.select_for_update(skip_locked=True, of=("self",)).select_related("case").first()
    if step is None:
        return None
    handler = step_handlers.get(step.name)
    try:
        with transaction.atomic():
            goes_on = handler.run(step.case)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is kept with the step, shown to clerks and retried
        _note_failure(step, error)
    else:
        _note_success(step)
        if goes_on:
            release_after(case_id=case_id, name=name)
    return StepState(step.state)


def release_after(*, case_id: int, name: str) -> None:
    """Start the steps that waited for `name` and for nothing else that is open. May be called twice."""
    steps = {step.name: step for step in CaseStep.objects.filter(case_id=case_id).select_related("case")}
    finished = {each for each, step in steps.items() if step.state in (StepState.DONE, StepState.SKIPPED)} | {name}
    for step in steps.values():
        before = _before(step.name, list(steps))
        held = step.state == StepState.WAITING and step.due_at is None
        if held and name in before and set(before) <= finished:
            _start(step)


@transaction.atomic
def retry_step(*, step: CaseStep, actor: Any) -> CaseStep:
    """Try a step again now, with all its attempts before it. Needs cases.retry_step; a finished step stays finished."""
    require(actor, "cases.retry_step", step.case)
    row = CaseStep.objects.select_for_update(of=("self",)).select_related("case").get(pk=step.pk)
    if row.state == StepState.FAILED or (row.state == StepState.WAITING and row.last_error):
        row.state, row.attempts, row.due_at = StepState.WAITING, 0, timezone.now()
        row.save(update_fields=["state", "attempts", "due_at"])
        add_event(row.case, EventKind.STEP_RETRIED, ActorKind.CLERK, actor=actor, public=False, step=row.name)
        _schedule(row.case_id, row.name)
    return row


def skip_open_steps(*, case: Case) -> None:
    """What has not happened yet will not happen: the case ended in another way."""
    CaseStep.objects.filter(case=case, state__in=[StepState.WAITING, StepState.FAILED]).update(
        state=StepState.SKIPPED, due_at=None
    )


def due_steps() -> QuerySet[CaseStep]:
    """Steps whose time has come, the longest waiting first."""
    return CaseStep.objects.filter(state=StepState.WAITING, due_at__lte=timezone.now()).order_by("due_at")


def schedule_due_steps(*, older_than: timedelta = timedelta(seconds=5)) -> int:
    """Hand due steps that the broker may have lost to a worker again; returns how many. May be run at any time."""
    lost = due_steps().filter(due_at__lte=timezone.now() - older_than).values_list("case_id", "name")[:SWEEP_BATCH]
    for case_id, name in lost:
        _schedule(case_id, name)
    return len(lost)


def _before(name: str, names: Sequence[str]) -> list[str]:
    return [each for each in step_handlers.get(name).after if each in names]


def _start(step: CaseStep) -> None:
    handler = step_handlers.get(step.name)
    now = timezone.now()
    due = handler.due(step.case) if handler.due else now
    if due is None:
        step.state = StepState.SKIPPED
    step.due_at = due
    step.save(update_fields=["state", "due_at"])
    if due and due <= now:
        _schedule(step.case_id, step.name)


def _note_success(step: CaseStep) -> None:
    step.state, step.last_error = StepState.DONE, ""
    step.attempts += 1
    step.finished_at = timezone.now()
    step.save(update_fields=["state", "attempts", "last_error", "finished_at"])


def _note_failure(step: CaseStep, error: Exception) -> None:
    step.attempts += 1
    step.last_error = f"{type(error).__name__}: {error}"[:500]
    # neither message nor traceback: they may quote an address or an answer; clerks find the text with the step
    log.error(
        "cases.step_failed",
        case=step.case.number,
        step=step.name,
        attempt=step.attempts,
        error=type(error).__name__,
    )
    if step.attempts >= MOST_ATTEMPTS:
        step.state = StepState.FAILED
        add_event(step.case, EventKind.STEP_FAILED, ActorKind.SYSTEM, public=False, step=step.name)
    else:
        pause = BACKOFF_SECONDS[step.attempts - 1]
        step.due_at = timezone.now() + timedelta(seconds=pause)
        _schedule(step.case_id, step.name, after_seconds=pause)
    step.save(update_fields=["state", "attempts", "last_error", "due_at"])


def _schedule(case_id: int, name: str, after_seconds: int = 0) -> None:
    send = partial(
        current_app.send_task,
        TASK,
        kwargs={"schema": require_commune().schema, "case_id": case_id, "name": name},
        countdown=after_seconds or None,
    )
    # a broker out of reach must not undo what is stored: the sweep finds the step again
    transaction.on_commit(send, robust=True)
