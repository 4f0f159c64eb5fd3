"""From a filled-in form to a sealed permit, in one process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core import mail

from services.cases.models import CaseState
from services.cases.queries import current_documents
from services.documents.queries import verify_upload
from services.payments.queries import charges_for_reference

from .conftest import OUTSIDE, run_all


def test_all_conditions_met_leads_to_a_sealed_permit_without_a_person(submit: Callable[..., Any]) -> None:
    case = submit()
    assert case.state == CaseState.SUBMITTED
    run_all(case)
    assert [(step.name, step.state, step.last_error) for step in case.steps.all()] == [
        ("confirm", "done", ""),
        ("charge", "done", ""),
        ("decide", "done", ""),
        ("issue", "done", ""),
        ("notify", "done", ""),
        ("remind", "waiting", ""),
    ]
    assert case.state == CaseState.GRANTED
    assert case.decided_by_system
    permit, notice = current_documents(case)
    assert (permit.template, notice.template) == ("parking_permit", "decision")
    with permit.file.open("rb") as file:
        assert verify_upload(file.read()).valid
    assert charges_for_reference(case.number).get().amount_cents == 3070
    assert sorted(message.subject.split(" (")[0] for message in mail.outbox) == [
        "Ihr Antrag ist angekommen",
        "Ihr Antrag ist bewilligt",
    ]


def test_an_address_outside_every_zone_goes_to_a_person(submit: Callable[..., Any]) -> None:
    case = submit(**OUTSIDE)
    run_all(case)
    assert case.state == CaseState.IN_REVIEW
    assert [reason["code"] for reason in case.reasons if not reason["met"]] == ["address_in_zone"]
    assert current_documents(case) == []


def test_a_second_permit_for_the_same_person_goes_to_a_person(submit: Callable[..., Any]) -> None:
    run_all(submit())
    second = submit(plate="G-AB 124")
    run_all(second)
    assert second.state == CaseState.IN_REVIEW
    assert second.facts["other_permits"] == 1


def test_an_english_applicant_reads_english(submit: Callable[..., Any]) -> None:
    case = submit(language="en")
    run_all(case)
    assert [document.language for document in current_documents(case)] == ["en", "en"]
