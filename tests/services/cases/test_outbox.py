"""Steps: retried with growing pauses, continued after a crash, never run twice at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from structlog.testing import capture_logs

from services.cases.models import Case, CaseState, CaseStep, EventKind, StepState
from services.cases.outbox import (
    BACKOFF_SECONDS,
    MOST_ATTEMPTS,
    StepHandler,
    due_steps,
    plan_steps,
    retry_step,
    run_step,
    schedule_due_steps,
    step_handlers,
)
from services.cases.queries import current_documents
from tests.factories.mails import send_waiting_mails

from .conftest import run_all, submitted


@pytest.fixture
def breaking_mail(settings: Any) -> Any:
    """The mail server is away."""
    settings.EMAIL_BACKEND = "tenants.mails.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    return settings


def due_now(step: CaseStep) -> None:
    CaseStep.objects.filter(pk=step.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def refuse(_case: Case) -> bool:
    raise ValueError("ada@example.org is unknown here")


@pytest.fixture
def breaking_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever step is run, it fails."""
    handler = replace(step_handlers.get("charge"), run=refuse)
    monkeypatch.setattr(step_handlers, "get", lambda _name: handler)


def test_a_failing_step_is_tried_again_with_growing_pauses_and_then_shown(in_gera: Any, breaking_step: None) -> None:
    case = submitted()
    step = case.steps.get(name="charge")
    pauses = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        due_now(step)
        before = timezone.now()
        run_step(case_id=case.pk, name="charge")
        step.refresh_from_db()
        assert step.attempts == attempt
        if step.state == StepState.WAITING:
            pauses.append((step.due_at - before).total_seconds())
    # the step failed a moment after `before`
    assert pauses == [pytest.approx(pause + 5, abs=5) for pause in BACKOFF_SECONDS]
    assert step.state == StepState.FAILED
    assert "unknown here" in step.last_error
    assert case.events.get(kind=EventKind.STEP_FAILED).public is False


def test_the_log_names_a_failure_but_nothing_that_may_be_personal(in_gera: Any, breaking_step: None) -> None:
    case = submitted()
    with capture_logs() as lines:
        run_step(case_id=case.pk, name="charge")
    (line,) = [each for each in lines if each["event"] == "cases.step_failed"]
    assert line["error"] == "ValueError"
    assert set(line) == {"event", "log_level", "case", "step", "attempt", "error"}
    assert "ada" not in str(line)
    assert "ada@example.org" in case.steps.get(name="charge").last_error


def test_a_mail_server_that_is_away_delays_neither_decision_nor_documents(in_gera: Any, breaking_mail: Any) -> None:
    case = submitted()
    run_all(case)
    assert case.state == CaseState.GRANTED
    assert len(current_documents(case)) == 2
    assert {step.name: step.state for step in case.steps.all()} == {
        "confirm": "done",
        "charge": "done",
        "decide": "done",
        "issue": "done",
        "notify": "done",
        "remind": "waiting",
    }
    assert "nicht zu erreichen" in case.steps.get(name="confirm").last_error


def test_a_clerk_restarts_a_failed_step(in_gera: Any, clerk: Any) -> None:
    case = submitted()
    step = case.steps.get(name="confirm")
    CaseStep.objects.filter(pk=step.pk).update(state=StepState.FAILED, attempts=8, last_error="away")
    retry_step(step=step, actor=clerk)
    assert run_step(case_id=case.pk, name="confirm") == StepState.DONE
    assert send_waiting_mails() == 1
    assert case.events.filter(kind=EventKind.STEP_RETRIED).count() == 1


def test_a_finished_step_is_not_run_again(in_gera: Any, clerk: Any) -> None:
    case = submitted()
    assert run_step(case_id=case.pk, name="confirm") == StepState.DONE
    assert run_step(case_id=case.pk, name="confirm") is None
    retry_step(step=case.steps.get(name="confirm"), actor=clerk)
    assert run_step(case_id=case.pk, name="confirm") is None
    assert send_waiting_mails() == 1


def test_every_step_may_run_twice(in_gera: Any) -> None:
    case = submitted()
    run_all(case)
    first = [document.pk for document in current_documents(case)]
    for name in ("charge", "decide", "issue"):
        assert step_handlers.get(name).run(Case.objects.get(pk=case.pk)) is True
    assert [document.pk for document in current_documents(case)] == first
    assert case.events.filter(kind=EventKind.GRANTED).count() == 1
    assert case.events.filter(kind=EventKind.CHARGED).count() == 1


class PowerCut(BaseException):
    """The worker dies."""


def test_a_crash_inside_a_step_leaves_nothing_behind_and_the_sweep_continues(in_gera: Any) -> None:
    from django.db import transaction

    case = submitted()
    healthy = step_handlers._entries["charge"]
    step_handlers._entries["charge"] = StepHandler("charge", "", lambda case: healthy.run(case) and _cut())
    try:
        with pytest.raises(PowerCut), transaction.atomic():
            run_step(case_id=case.pk, name="charge")
    finally:
        step_handlers._entries["charge"] = healthy
    step = case.steps.get(name="charge")
    assert (step.state, step.attempts) == (StepState.WAITING, 0)
    assert not case.events.filter(kind=EventKind.CHARGED).exists()
    due_now(step)
    assert schedule_due_steps(older_than=timedelta(0)) >= 1
    run_all(case)
    assert case.state == CaseState.GRANTED


def _cut() -> bool:
    raise PowerCut


def test_the_sweep_finds_only_what_is_due(in_gera: Any) -> None:
    case = submitted()
    run_all(case)
    assert list(due_steps()) == []
    reminder = case.steps.get(name="remind")
    assert timezone.localdate(reminder.due_at) == case.valid_until - timedelta(days=31)
    due_now(reminder)
    assert schedule_due_steps(older_than=timedelta(0)) == 1
    run_all(case)
    assert mail.outbox[-1].subject.startswith("Ihr Ausweis läuft bald ab")


def test_a_definition_may_list_its_own_steps(in_gera: Any) -> None:
    case = submitted()
    case.steps.all().delete()
    plan_steps(case=case, names=("confirm", "decide"))
    assert [step.due_at is not None for step in case.steps.all()] == [True, True]
