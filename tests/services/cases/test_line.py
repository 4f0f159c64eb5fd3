"""From a filled-in form to a sealed permit, in one process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from pypdf import PdfReader

from services.cases.actions import DecisionIncomplete, decide_case
from services.cases.authority import authority_of
from services.cases.models import CaseState
from services.cases.outbox import run_step
from services.cases.queries import current_documents
from services.catalogue.models import Offering, Place, Unit
from services.documents.queries import verify_upload
from services.payments.queries import charges_for_reference

from .conftest import ADDRESS, OUTSIDE, SLUG, run_all


def pages_of(document: Any) -> list[str]:
    """The text of each page."""
    with document.file.open("rb") as file:
        return [" ".join(page.extract_text().split()) for page in PdfReader(file).pages]


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


@pytest.mark.parametrize(
    "elsewhere", [{"postcode": "99999", "city": "Berlin"}, {"postcode": "10178"}, {"city": "Berlin"}]
)
def test_a_street_of_the_same_name_in_another_town_goes_to_a_person(
    submit: Callable[..., Any], elsewhere: dict[str, str]
) -> None:
    case = submit(address=ADDRESS | {"number": "12"} | elsewhere, address_override=True)
    run_all(case)
    assert case.state == CaseState.IN_REVIEW
    assert case.facts["zone"] is None
    assert [reason["code"] for reason in case.reasons if not reason["met"]] == ["address_in_zone"]


def test_a_second_permit_for_the_same_person_goes_to_a_person(submit: Callable[..., Any]) -> None:
    run_all(submit())
    second = submit(plate="G-AB 124")
    run_all(second)
    assert second.state == CaseState.IN_REVIEW
    assert second.facts["other_permits"] == 1


def test_an_english_applicant_gets_a_german_notice_with_a_translation(submit: Callable[..., Any]) -> None:
    case = submit(language="en")
    run_all(case)
    permit, notice = current_documents(case)
    assert (permit.language, notice.language) == ("de", "de")
    german, english = pages_of(notice)
    assert "Bescheid über Ihren Bewohnerparkausweis" in german
    assert "Rechtsbehelfsbelehrung" in german
    assert "Courtesy translation. Only the notice in German is legally binding." in english
    assert "Notice on your resident parking permit" in english
    assert "You live" in english or "The address lies in resident parking zone A." in english
    (card,) = pages_of(permit)
    assert "So verwenden Sie den Ausweis" in card
    assert "Bewohnerparkausweis" in card
    assert "How to use" in card


def test_a_german_notice_carries_no_translation(submit: Callable[..., Any]) -> None:
    case = submit()
    run_all(case)
    (text,) = pages_of(current_documents(case)[1])
    assert "Courtesy" not in text


def test_the_notice_names_the_authority_its_address_and_the_law_of_the_automation(submit: Callable[..., Any]) -> None:
    case = submit()
    run_all(case)
    (text,) = pages_of(current_documents(case)[1])
    assert "Stadt Gera · Kornmarkt 12 · 07545 Gera" in text
    assert "zur Niederschrift an: Stadt Gera, Kornmarkt 12, 07545 Gera." in text
    assert "Das erlaubt: § 46 Abs. 5 Straßenverkehrs-Ordnung (StVO)" in text


def test_the_office_in_charge_has_an_address_of_its_own(submit: Callable[..., Any]) -> None:
    case = submit()
    office = Place.objects.create(name="Verkehrsamt", street="Gagarinstraße 99", postcode="07545", city="Gera")
    Offering.objects.filter(slug=SLUG).update(unit=Unit.objects.create(name="Straßenverkehrsbehörde", place=office))
    assert authority_of(case).sender_line == "Stadt Gera · Gagarinstraße 99 · 07545 Gera"


def test_without_an_address_of_the_authority_a_person_decides(submit: Callable[..., Any]) -> None:
    case = submit()
    Place.objects.update(street="")
    run_all(case)
    assert case.state == CaseState.IN_REVIEW
    assert case.proposal == "grant"


def test_a_notice_without_an_address_is_not_issued_and_says_why(submit: Callable[..., Any], clerk: Any) -> None:
    case = submit(**OUTSIDE)
    run_all(case)
    Place.objects.update(street="")
    with pytest.raises(DecisionIncomplete, match="fehlt die Anschrift der Behörde"):
        decide_case(case=case, actor=clerk, outcome="grant", reason="", facts={"zone": "A"})
    Place.objects.update(street="Kornmarkt 12")
    decide_case(case=case, actor=clerk, outcome="grant", reason="", facts={"zone": "A"})
    Place.objects.update(street="")
    run_step(case_id=case.pk, name="issue")
    assert "fehlt die Anschrift der Behörde" in case.steps.get(name="issue").last_error
    assert current_documents(case) == []
