"""Following a case: who may open it, and who may not."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from services.cases.access import TRIES_OF_VISITOR, access_code, code_fits, link_token
from services.cases.actions import ask_applicant, promised_by, settle_charge, withdraw_case, write_message
from services.cases.models import Case, CaseState
from services.cases.queries import current_documents
from services.catalogue.models import Place
from services.payments.queries import charges_for_reference
from tenants.communes.scope import commune_scope

from .conftest import OUTSIDE, run_all, submitted


@pytest.fixture
def granted(gera: Any) -> Case:
    with commune_scope(gera):
        case = submitted()
        run_all(case)
        return case


def test_number_and_code_open_the_case_and_its_documents(portal: Any, granted: Case, gera: Any) -> None:
    with commune_scope(gera):
        code, permit = access_code(granted), current_documents(granted)[0]
    typed = {"number": granted.number.lower().replace("-", " "), "code": f"{code[:4].lower()}-{code[4:]}"}
    assert portal.post("/vorgang/", typed)["Location"] == f"/vorgang/{granted.number}/"
    page = portal.get(f"/vorgang/{granted.number}/")
    assert "Ihr Ausweis ist fertig" in page.content.decode()
    assert "vom System entschieden, weil alle Voraussetzungen erfüllt sind" in page.content.decode()
    assert "Refresh" not in page
    download = portal.get(f"/vorgang/{granted.number}/dokument/{permit.verify_code}/")
    assert download["Content-Type"] == "application/pdf"
    assert download.content[:5] == b"%PDF-"
    reasons = portal.get(f"/vorgang/{granted.number}/gruende/").content.decode()
    assert "Die Adresse liegt in der Bewohnerparkzone A." in reasons


@pytest.mark.parametrize("path", ["", "gruende/", "zurueckziehen/", "dokument/ABCD/"])
def test_the_number_alone_opens_nothing(portal: Any, granted: Case, path: str) -> None:
    response = portal.get(f"/vorgang/{granted.number}/{path}")
    assert response.status_code == 404
    assert "Ada" not in response.content.decode()


def test_a_wrong_code_says_the_same_as_a_number_that_does_not_exist(portal: Any, granted: Case) -> None:
    wrong = portal.post("/vorgang/", {"number": granted.number, "code": "22222222"})
    unknown = portal.post("/vorgang/", {"number": "GE-2222-222Z", "code": "22222222"})
    assert wrong.status_code == 422
    assert "Nummer und Code passen nicht zusammen." in wrong.content.decode()
    assert unknown.status_code == 422


def test_many_wrong_codes_have_to_wait(portal: Any, granted: Case, gera: Any) -> None:
    wrong = {"number": granted.number, "code": "22222222"}
    answers = [portal.post("/vorgang/", wrong).status_code for _try in range(TRIES_OF_VISITOR.times + 1)]
    assert answers == [422] * TRIES_OF_VISITOR.times + [429]
    with commune_scope(gera):
        right = {"number": granted.number, "code": access_code(granted)}
    assert portal.post("/vorgang/", right).status_code == 429


def test_the_link_in_the_mail_opens_the_case_and_only_that(portal: Any, granted: Case, gera: Any) -> None:
    with commune_scope(gera):
        other = submitted(plate="G-ZZ 1")
        token = link_token(granted)
    assert portal.get(f"/vorgang/{other.number}/zugang/{token}/")["Location"] == f"/vorgang/{other.number}/"
    assert portal.get(f"/vorgang/{other.number}/").status_code == 404
    assert portal.get(f"/vorgang/{granted.number}/zugang/{token}/").status_code == 302
    assert portal.get(f"/vorgang/{granted.number}/").status_code == 200


def test_another_communes_case_is_not_found(portal: Any, granted: Case, gera: Any, wurzen: Any) -> None:
    with commune_scope(gera):
        code, token = access_code(granted), link_token(granted)
    elsewhere = Client(headers={"host": wurzen.primary_host})
    assert elsewhere.get(f"/vorgang/{granted.number}/").status_code == 404
    assert elsewhere.post("/vorgang/", {"number": granted.number, "code": code}).status_code == 422
    elsewhere.get(f"/vorgang/{granted.number}/zugang/{token}/")
    assert elsewhere.get(f"/vorgang/{granted.number}/").status_code == 404


def test_a_document_of_another_case_is_not_found(portal: Any, granted: Case, gera: Any) -> None:
    with commune_scope(gera):
        other = submitted(given_name="Bea", plate="G-ZZ 1")
        token, permit = link_token(other), current_documents(granted)[0]
    portal.get(f"/vorgang/{other.number}/zugang/{token}/")
    assert portal.get(f"/vorgang/{other.number}/dokument/{permit.verify_code}/").status_code == 404


def test_an_answer_brings_a_waiting_case_back_to_the_clerks(in_gera: Any, clerk: Any) -> None:
    case = submitted(**OUTSIDE)
    run_all(case)
    ask_applicant(case=case, actor=clerk, text="Wo genau wohnen Sie?")
    case.refresh_from_db()
    assert case.state == CaseState.WAITING
    write_message(case=case, text="Waldweg 3, Hinterhaus")
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW
    assert [message.author_kind for message in case.messages.all()] == ["clerk", "applicant"]


def test_withdrawing_stops_what_has_not_happened(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        case = submitted()
        token = link_token(case)
    portal.get(f"/vorgang/{case.number}/zugang/{token}/")
    assert portal.get(f"/vorgang/{case.number}/zurueckziehen/").status_code == 200
    portal.post(f"/vorgang/{case.number}/zurueckziehen/")
    with commune_scope(gera):
        run_all(case)
        assert case.state == CaseState.WITHDRAWN
        assert {step.state for step in case.steps.all()} == {"skipped"}


def test_withdrawing_cancels_the_open_fee(in_gera: Any) -> None:
    case = submitted(**OUTSIDE)
    run_all(case)
    assert charges_for_reference(case.number).get().status == "open"
    for _time in range(2):
        withdraw_case(case=case)
    assert charges_for_reference(case.number).get().status == "cancelled"
    assert case.steps.get(name="decide").state == "done"
    assert case.steps.get(name="issue").state == "skipped"


def test_withdrawing_leaves_a_paid_fee_to_the_clerks(in_gera: Any, clerk: Any) -> None:
    case = submitted(**OUTSIDE)
    run_all(case)
    settle_charge(case=case, charge=charges_for_reference(case.number).get(), actor=clerk)
    withdraw_case(case=case)
    assert charges_for_reference(case.number).get().status == "paid"


@pytest.mark.parametrize(
    ("start", "land", "end"),
    [
        (date(2026, 11, 9), "16", date(2026, 11, 16)),
        (date(2026, 11, 13), "16", date(2026, 11, 20)),
        # Buß- und Bettag on Wednesday, 18 November: a holiday in Saxony only
        (date(2026, 11, 13), "14", date(2026, 11, 23)),
        # Weltkindertag 2027 on a Monday: in Thuringia only
        (date(2027, 9, 17), "16", date(2027, 9, 27)),
        (date(2027, 9, 17), "", date(2027, 9, 24)),
        (date(2026, 12, 24), "16", date(2027, 1, 4)),
    ],
)
def test_a_promise_counts_working_days_of_the_land(in_gera: Any, start: date, land: str, end: date) -> None:
    Place.objects.filter(is_main=True).update(land=land)
    at_noon = timezone.make_aware(datetime.combine(start, time(12)))
    assert timezone.localtime(promised_by(at_noon, 5)).date() == end


def test_a_message_needs_words(portal: Any, granted: Case, gera: Any) -> None:
    with commune_scope(gera):
        token = link_token(granted)
    portal.get(f"/vorgang/{granted.number}/zugang/{token}/")
    assert portal.post(f"/vorgang/{granted.number}/nachricht/", {"text": " "}).status_code == 422
    assert portal.post(f"/vorgang/{granted.number}/nachricht/", {"text": "Danke!"}).status_code == 302


def test_an_old_secret_still_knows_the_code(in_gera: Any, settings: Any) -> None:
    case = submitted()
    code, old = access_code(case), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new secret", [old]
    assert code_fits(case, code)
    settings.SECRET_KEY_FALLBACKS = []
    assert not code_fits(case, code)
