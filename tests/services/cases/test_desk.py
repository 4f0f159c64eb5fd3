"""The clerks' desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.cases.actions import DecisionIncomplete, decide_case
from services.cases.models import Case, CaseState
from services.cases.queries import current_documents
from services.catalogue.models import Offering
from services.payments.queries import charges_for_reference
from tenants.communes.scope import commune_scope

from .conftest import OUTSIDE, SLUG, run_all, submitted


@pytest.fixture
def desk(portal: Any, clerk: Any) -> Iterator[Any]:
    """A clerk's browser."""
    portal.force_login(clerk)
    return portal


def in_review(**changes: Any) -> Case:
    case = submitted(**(OUTSIDE | changes))
    run_all(case)
    return case


def test_the_inbox_says_in_a_sentence_what_is_missing(desk: Any) -> None:
    case = in_review()
    page = desk.get("/arbeitsplatz/").content.decode()
    assert case.number in page
    assert "Für die Adresse gibt es keine Bewohnerparkzone." in page
    assert "Vorgang öffnen" in page


@pytest.mark.parametrize("number_of_cases", [3, 30])
def test_the_inbox_takes_the_same_queries_however_many_cases(desk: Any, hearing: None, number_of_cases: int) -> None:
    for index in range(number_of_cases):
        in_review(plate=f"G-AB {index + 1}", family_name=f"Beyer{index}")
    desk.get("/arbeitsplatz/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert desk.get("/arbeitsplatz/").status_code == 200
    sent = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "SET "))]
    assert len(sent) == 7, "\n".join(sent)  # a listening process remembers host and brand


def test_search_finds_number_name_and_street(desk: Any) -> None:
    case = in_review()
    other = in_review(family_name="Zander", plate="G-ZZ 1", address=OUTSIDE["address"] | {"street": "Talstraße"})
    for words in (case.number, "beyer", "waldw"):
        page = desk.get("/arbeitsplatz/", {"q": words}).content.decode()
        assert case.number in page
        assert other.number not in page


def test_a_clerk_grants_with_a_reason_and_the_permit_follows(desk: Any) -> None:
    case = in_review()
    url = f"/arbeitsplatz/vorgaenge/{case.number}/"
    assert desk.get(url).status_code == 200
    without_zone = desk.post(url + "entscheiden/", {"outcome": "grant", "reason": "Härtefall."})
    assert without_zone.status_code == 422
    assert "Wählen Sie die Zone aus" in without_zone.content.decode()
    granted = {"outcome": "grant", "reason": "Härtefall.", "zone": "A"}
    assert desk.post(url + "entscheiden/", granted).status_code == 302
    run_all(case)
    assert case.state == CaseState.GRANTED
    assert not case.decided_by_system
    assert [document.template for document in current_documents(case)] == ["parking_permit", "decision"]
    assert mail.outbox[-1].subject.startswith("Ihr Antrag ist bewilligt")


def test_a_clerk_who_grants_chooses_among_the_zones_that_there_are(desk: Any) -> None:
    case = in_review()
    url = f"/arbeitsplatz/vorgaenge/{case.number}/"
    page = desk.get(url).content.decode()
    assert '<option value="A">A, Innenstadt</option>' in page
    assert desk.post(url + "entscheiden/", {"outcome": "grant", "zone": "Z"}).status_code == 422
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW


def test_no_zone_can_be_granted_where_there_is_none(desk: Any, clerk: Any) -> None:
    case = in_review()
    Offering.objects.filter(slug=SLUG).update(settings={})
    refused = desk.post(f"/arbeitsplatz/vorgaenge/{case.number}/entscheiden/", {"outcome": "grant"})
    assert refused.status_code == 422
    assert "Es gibt noch keine Zone." in refused.content.decode()
    with pytest.raises(DecisionIncomplete):
        decide_case(case=case, actor=clerk, outcome="grant", reason="", facts={"zone": "Innenstadt"})


def test_a_rejection_needs_a_reason_cancels_the_fee_and_is_sent(desk: Any) -> None:
    case = in_review()
    url = f"/arbeitsplatz/vorgaenge/{case.number}/"
    refused = desk.post(url + "entscheiden/", {"outcome": "reject", "reason": " "})
    assert refused.status_code == 422
    assert "Begründen Sie die Ablehnung." in refused.content.decode()
    desk.post(url + "entscheiden/", {"outcome": "reject", "reason": "Die Adresse liegt außerhalb."})
    run_all(case)
    assert case.state == CaseState.REJECTED
    assert [document.title for document in current_documents(case)] == ["Ablehnung: Bewohnerparkausweis"]
    assert charges_for_reference(case.number).get().status == "cancelled"
    assert mail.outbox[-1].subject.startswith("Über Ihren Antrag ist entschieden")


def test_a_clerk_cannot_decide_an_own_case(desk: Any, clerk: Any) -> None:
    case = in_review(email="Clerk@gera.example")
    with pytest.raises(PermissionDenied):
        decide_case(case=case, actor=clerk, outcome="grant", reason="")
    url = f"/arbeitsplatz/vorgaenge/{case.number}/"
    assert "Es ist Ihr eigener." in desk.get(url).content.decode()
    assert desk.post(url + "entscheiden/", {"outcome": "grant"}).status_code == 403
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW


def test_asking_waits_for_the_answer_and_is_mailed(desk: Any) -> None:
    case = in_review()
    desk.post(f"/arbeitsplatz/vorgaenge/{case.number}/fragen/", {"text": "Wo genau wohnen Sie?"})
    run_all(case)
    assert case.state == CaseState.WAITING
    assert "Wo genau wohnen Sie?" in mail.outbox[-1].body
    assert "ruht" in desk.get("/arbeitsplatz/").content.decode()


def test_a_paid_fee_is_noted_once(desk: Any) -> None:
    case = in_review()
    charge = charges_for_reference(case.number).get()
    for _time in range(2):
        desk.post(f"/arbeitsplatz/vorgaenge/{case.number}/rechnung/{charge.pk}/")
    assert case.events.filter(kind="paid").count() == 1


def test_a_failed_step_shows_its_error_and_a_button(desk: Any) -> None:
    case = in_review()
    case.steps.filter(name="confirm").update(state="failed", last_error="SMTPException: away", attempts=8)
    url = f"/arbeitsplatz/vorgaenge/{case.number}/"
    assert "SMTPException: away" in desk.get(url).content.decode()
    assert desk.get("/arbeitsplatz/", {"filter": "fehler"}).content.decode().count(case.number) >= 1
    desk.post(url + "schritte/confirm/")
    assert case.steps.get(name="confirm").state == "waiting"


def test_citizens_and_strangers_stay_outside(portal: Any, gera: Any) -> None:
    from tenants.accounts.models import User

    assert portal.get("/arbeitsplatz/")["Location"].startswith("/konto/anmelden/")
    with commune_scope(gera):
        portal.force_login(User.objects.create_user("ada@example.org"))
    assert portal.get("/arbeitsplatz/").status_code == 403
