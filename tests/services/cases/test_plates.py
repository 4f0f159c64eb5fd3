"""Whoever holds a printed permit can ask whether its plate is the one we printed, and learns nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.cases.models import Case
from services.documents import limits
from services.documents.models import IssuedDocument
from tests.services.documents.letters_for_tests import issue_permit


@pytest.fixture
def permit(submit: Callable[..., Any]) -> IssuedDocument:
    return issue_permit(submit().number)


def ask(portal: Any, permit: IssuedDocument, plate: str) -> Any:
    return portal.post(f"/pruefen/{permit.code}/kennzeichen/", {"plate": plate})


def ask_by_program(portal: Any, permit: IssuedDocument, plate: str) -> Any:
    return portal.post(f"/api/v1/documents/{permit.code}/plate", {"plate": plate}, content_type="application/json")


@pytest.mark.parametrize(
    ("typed", "same"),
    [("G-AB 123", True), ("g ab123", True), ("GAB123", True), ("G-AB 124", False), ("GA-B 123", False), ("x", False)],
)
def test_the_answer_is_yes_or_no(portal: Any, permit: IssuedDocument, typed: str, same: bool) -> None:
    page = ask(portal, permit, typed)
    assert page.status_code == 200
    assert ("ein anderes Kennzeichen" in page.content.decode()) is not same
    if not same:
        assert "G-AB 123" not in page.content.decode().replace("zum Beispiel G-AB 123", "")
    assert ask_by_program(portal, permit, typed).json() == {"same_plate": same}


def test_the_page_asks_and_does_not_tell(portal: Any, permit: IssuedDocument) -> None:
    page = portal.get(f"/pruefen/{permit.code}/").content.decode()
    assert 'name="plate"' in page
    assert "G-AB 123" not in page.replace("zum Beispiel G-AB 123", "")


def test_an_empty_or_endless_plate_is_asked_for_again(portal: Any, permit: IssuedDocument) -> None:
    assert ask(portal, permit, "\u200b").status_code == 422
    assert ask(portal, permit, "A" * 100_000).status_code == 422
    assert ask_by_program(portal, permit, "A" * 21).status_code == 422


def test_nobody_finds_a_plate_by_trying(portal: Any, permit: IssuedDocument, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PLATES_OF_ONE", limits.Limit("plates-of-one", times=3, seconds=3600))
    answers = [
        portal.post(f"/pruefen/{permit.code}/kennzeichen/", {"plate": "G-AB 1"}, REMOTE_ADDR=f"192.0.2.{number}")
        for number in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_a_case_that_is_gone_answers_no(portal: Any, in_gera: Any) -> None:
    assert Case.objects.count() == 0
    assert ask_by_program(portal, issue_permit(), "G-RZ 1234").json() == {"same_plate": False}
