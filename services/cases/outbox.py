"""What must still happen for a case: steps stored with it, run one by one, each in a transaction of its own.

Nothing is lost with a broker or a worker: `services.cases.tasks.sweep` finds every due step again. Handlers may run
twice; their effects are keyed by the case. A case's steps run one after another, each under the case's lock
(`locks.py`); who finishes one sends for the next.
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
from django.db.models import Q, QuerySet
from django.utils import timezone

from services.cases.history import add_event
from services.cases.locks import again_after_collision, case_if_free, locked_case, locked_step
from services.cases.models import ActorKind, Case, CaseStep, EventKind, StepState
from tenants.accounts.access import require
from tenants.communes.registry import Registry
from tenants.communes.scope import require_commune

log = structlog.get_logger(__name__)
MOST_ATTEMPTS = 8
BACKOFF_SECONDS = (2, 10, 60, 300, 1800, 7200, 21600)
TASK = "services.cases.tasks.run_step"
SWEEP_BATCH = 200
LONGEST_PAUSE = timedelta(seconds=2 * BACKOFF_SECONDS[-1])


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
    _schedule(case.pk, first[0])


@transaction.atomic
def run_step(*, case_id: int, name: str) -> StepState | None:
    """Run one step if it is due and nobody else works on the case; None when there was nothing to do.

    Whoever works on the case sends for what is due when it is done, or the sweep does. An error undoes the step's own
    work only; the step is tried again later, eight times in all.
    """
    case = case_if_free(case_id)
    step = locked_step(case, name) if case else None
    if step is None or not _is_due(step):
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
            _release_after(case_id, name)
    _send_for_next(case_id)
    return StepState(step.state)


def release_after(*, case_id: int, name: str) -> None:
    """Start the steps that waited for `name` and for nothing else that is open. May be called twice.

    The caller holds the case (`locks.py`).
    """
    _release_after(case_id, name)
    _send_for_next(case_id)


def _release_after(case_id: int, name: str) -> None:
    steps = {step.name: step for step in CaseStep.objects.filter(case_id=case_id).select_related("case")}
    finished = {each for each, step in steps.items() if step.state in (StepState.DONE, StepState.SKIPPED)} | {name}
    for step in steps.values():
        before = _before(step.name, list(steps))
        held = step.state == StepState.WAITING and step.due_at is None
        if held and name in before and set(before) <= finished:
            _start(step)


@again_after_collision
@transaction.atomic
def retry_step(*, step: CaseStep, actor: Any) -> CaseStep:
    """Try a step again now, with all its attempts before it. Needs cases.retry_step; a finished step stays finished."""
    require(actor, "cases.retry_step", step.case)
    case = locked_case(step.case_id)
    row = locked_step(case, step.name)
    if row is None:
        raise CaseStep.DoesNotExist(step.name)
    if row.state == StepState.FAILED or (row.state == StepState.WAITING and row.last_error):
        row.state, row.attempts, row.due_at = StepState.WAITING, 0, timezone.now()
        row.save(update_fields=["state", "attempts", "due_at"])
        add_event(row.case, EventKind.STEP_RETRIED, ActorKind.CLERK, actor=actor, public=False, step=row.name)
        _schedule(row.case_id, row.name)
    return row


@transaction.atomic
def note_mail(*, number: str, name: str, problem: str, given_up: bool) -> None:
    """Show at a step how its mail fares; a mail that was given up makes it a failed one, which clerks see and restart.

    A step that was not part of the plan, such as a question's, is entered when there is something to show.
    """
    found = Case.objects.filter(number=number).first()
    if found is None or name not in step_handlers:
        return
    case = locked_case(found.pk)
    step = locked_step(case, name)
    if step is None:
        position = CaseStep.objects.filter(case=case).count() + 1
        step = CaseStep(case=case, name=name, position=position, state=StepState.DONE, finished_at=timezone.now())
    if step.state == StepState.SKIPPED:
        return
    step.last_error = problem[:500]
    if given_up:
        step.state = StepState.FAILED
        add_event(case, EventKind.STEP_FAILED, ActorKind.SYSTEM, public=False, step=name)
    step.save()


def skip_open_steps(*, case: Case) -> None:
    """What has not happened yet will not happen: the case ended in another way. The caller holds the case."""
    CaseStep.objects.filter(case=case, state__in=[StepState.WAITING, StepState.FAILED]).update(
        state=StepState.SKIPPED, due_at=None
    )


def due_steps() -> QuerySet[CaseStep]:
    """Steps whose time has come, the longest waiting first.

    What lies further ahead than any pause was put there while a clock was wrong, unless the step happens later anyway.
    """
    now = timezone.now()
    later = [name for name, handler in step_handlers.items() if handler.due]
    due = Q(due_at__lte=now) | (Q(due_at__gt=now + LONGEST_PAUSE) & ~Q(name__in=later))
    return CaseStep.objects.filter(due, state=StepState.WAITING).order_by("due_at")


def _is_due(step: CaseStep) -> bool:
    return due_steps().filter(pk=step.pk).exists()


def schedule_due_steps(*, older_than: timedelta = timedelta(seconds=5)) -> int:
    """Hand due steps that the broker may have lost to a worker again; returns how many. May be run at any time."""
    fresh = Q(due_at__gt=timezone.now() - older_than, due_at__lte=timezone.now())
    lost = due_steps().exclude(fresh).values_list("case_id", "name")[:SWEEP_BATCH]
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


def _send_for_next(case_id: int) -> None:
    """Send for one due step of the case: whoever runs it sends for the next."""
    step = due_steps().filter(case_id=case_id).order_by("position").first()
    if step:
        _schedule(case_id, step.name)


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
    order = {"schema": require_commune().schema, "case_id": case_id, "name": name}
    # by the task itself: only that takes its place in the commune's lane
    send = partial(current_app.tasks[TASK].apply_async, kwargs=order, countdown=after_seconds or None)
    # a broker out of reach must not undo what is stored: the sweep finds the step again
    transaction.on_commit(send, robust=True)
