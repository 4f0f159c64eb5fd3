"""Two at once: one draft makes one case, one step runs once, one person gets one permit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.cases.models import Case, CaseState
from services.cases.outbox import run_step
from services.catalogue.models import Offering
from services.forms.models import Draft
from services.payments.models import Charge, InvoiceSequence
from tests.services.simultaneously import afterwards, simultaneously

from .conftest import ADDRESS, SLUG, filled_draft, submitted

AT_HOME = {"address": ADDRESS | {"postcode": "04808", "city": "Wurzen"}}


@pytest.fixture
def town(wurzen: Any) -> Iterator[Any]:
    """Wurzen, committed to for real; what is committed here is taken away again."""
    before = afterwards(wurzen, lambda: Offering.objects.get(slug=SLUG))
    yield wurzen

    def undo() -> None:
        for model in (Case, Draft, Charge, InvoiceSequence):
            model.objects.all().delete()
        before.save()

    afterwards(wurzen, undo)


def test_a_draft_sent_three_times_at_once_becomes_one_case(town: Any) -> None:
    token = afterwards(town, lambda: filled_draft(**AT_HOME).token)
    numbers = simultaneously(town, lambda _n: submitted(Draft.objects.get(token=token)).number, times=3)
    assert len(set(numbers)) == 1
    assert afterwards(town, Case.objects.count) == 1
    assert afterwards(town, lambda: Case.objects.get().steps.count()) == 6


def test_a_step_given_to_two_workers_is_done_by_one(town: Any) -> None:
    case = afterwards(town, lambda: submitted(**AT_HOME))
    results = simultaneously(town, lambda _n: run_step(case_id=case.pk, name="charge"), times=2)
    assert sorted(str(result) for result in results) == ["None", "done"]
    assert afterwards(town, lambda: case.events.filter(kind="charged").count()) == 1


def test_two_applications_of_one_person_at_once_give_one_permit(town: Any) -> None:
    cases = [afterwards(town, lambda plate=plate: submitted(plate=plate, **AT_HOME)) for plate in ("G-AB 1", "G-AB 2")]
    for case in cases:
        afterwards(town, lambda case=case: run_step(case_id=case.pk, name="charge"))
    simultaneously(town, lambda n: run_step(case_id=cases[n].pk, name="decide"), times=2)
    states = afterwards(town, lambda: sorted(Case.objects.values_list("state", flat=True)))
    assert states == [CaseState.GRANTED, CaseState.IN_REVIEW]
