"""One order of locks: a case before its steps. What collides waits or is done again; nobody reads an error."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from psycopg import errors

import services.cases
from services.cases.actions import CaseBusy, TransitionError, withdraw_case
from services.cases.locks import again_after_collision, locked_case
from services.cases.models import Case, CaseState
from services.cases.outbox import run_step
from services.catalogue.models import Offering
from services.forms.models import Draft
from services.payments.models import Charge, InvoiceSequence
from tenants.communes.text import person_key
from tenants.mails.models import OutgoingMail
from tests.servers.running import wait_until
from tests.services.simultaneously import afterwards, simultaneously

from .conftest import ADDRESS, SLUG, submitted

AT_HOME = {"address": ADDRESS | {"postcode": "04808", "city": "Wurzen"}}


@pytest.fixture
def town(wurzen: Any) -> Iterator[Any]:
    """Wurzen, committed to for real; what is committed here is taken away again."""
    before = afterwards(wurzen, lambda: Offering.objects.get(slug=SLUG))
    yield wurzen

    def undo() -> None:
        for model in (Case, Draft, Charge, InvoiceSequence, OutgoingMail):
            model.objects.all().delete()
        before.save()

    afterwards(wurzen, undo)


@contextmanager
def person_held(case: Case, commune: Any) -> Iterator[psycopg.Connection[Any]]:
    """Another application of the same person is being decided."""
    who = f"{person_key(case.applicant_name)}:{case.applicant_birth_date}"
    with psycopg.connect(settings.DATABASE_URL) as other:
        key = f"{commune.schema}:{case.definition_key}:{who}"
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        yield other


def waiting_for(kind: str) -> bool:
    """Whether a session of this database waits for a lock of this kind."""
    with psycopg.connect(settings.DATABASE_URL) as asking:
        found = asking.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = %s", [kind]).fetchone()
    return bool(found)


def test_withdrawing_while_the_worker_decides_waits_and_is_answered_with_words(town: Any) -> None:
    case = afterwards(town, lambda: submitted(**AT_HOME))
    for name in ("confirm", "charge"):
        afterwards(town, lambda name=name: run_step(case_id=case.pk, name=name))
    told: list[str] = []

    def withdraw() -> None:
        wait_until(lambda: waiting_for("advisory"), what="the decision waits for the person")
        try:
            withdraw_case(case=case)
        except TransitionError as refusal:
            told.append(str(refusal))

    def release(other: psycopg.Connection[Any]) -> None:
        wait_until(lambda: waiting_for("transactionid") or waiting_for("tuple"), what="withdrawing waits for the case")
        other.commit()

    with person_held(case, town) as other:
        releasing = threading.Thread(target=release, args=[other])
        releasing.start()
        both = (lambda: run_step(case_id=case.pk, name="decide"), withdraw)
        simultaneously(town, lambda number: both[number](), times=2)
        releasing.join()
    assert afterwards(town, lambda: Case.objects.get(pk=case.pk).state) == CaseState.GRANTED
    assert afterwards(town, lambda: case.steps.get(name="decide").last_error) == ""
    assert [("bewilligt" in sentence and "zurückgezogen" in sentence) for sentence in told] == [True]


def test_a_step_leaves_a_case_alone_that_somebody_works_on(town: Any) -> None:
    case = afterwards(town, lambda: submitted(**AT_HOME))
    is_held, is_tried = threading.Event(), threading.Event()

    def hold() -> None:
        locked_case(case.pk)
        is_held.set()
        assert is_tried.wait(60)

    def run() -> Any:
        assert is_held.wait(60)
        try:
            return run_step(case_id=case.pk, name="charge")
        finally:
            is_tried.set()

    results = simultaneously(town, lambda number: (hold, run)[number](), times=2)
    assert list(results) == [None, None]
    assert afterwards(town, lambda: run_step(case_id=case.pk, name="charge")) == "done"


def colliding(times: int, fault: type[Exception] = errors.DeadlockDetected) -> Any:
    """An action that the database gives up so many times."""
    left = [fault("gave up")] * times

    @again_after_collision
    def act() -> str:
        if left:
            raise OperationalError from left.pop()
        return "done"

    return act


def test_what_the_database_gave_up_is_done_once_more_and_then_answered_with_words() -> None:
    assert colliding(0)() == colliding(1)() == "done"
    with pytest.raises(CaseBusy, match="in einem Moment noch einmal"):
        colliding(2)()
    with pytest.raises(OperationalError):
        colliding(1, errors.AdminShutdown)()


def test_rows_of_cases_and_steps_are_locked_in_one_place() -> None:
    room = Path(services.cases.__file__).parent
    found = [path.name for path in room.rglob("*.py") if "select_for_update" in path.read_text()]
    assert found == ["locks.py"]
