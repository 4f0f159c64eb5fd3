"""The log shows every later change."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from services.documents.log import GENESIS, code_digest, verify_log
from services.documents.models import DocumentLogEntry, IssuedDocument
from tenants.communes.scope import commune_scope
from tests.services.documents.letters_for_tests import issue_permit


@pytest.fixture
def three(in_gera: Any) -> list[IssuedDocument]:
    return [issue_permit(f"GE-{number}") for number in range(3)]


def test_an_untouched_log_is_intact(three: list[IssuedDocument]) -> None:
    result = verify_log()
    assert result.intact
    assert result.entries == 3
    assert result.head == DocumentLogEntry.objects.get(position=3).entry_hash


def test_an_empty_log_is_intact(in_gera: Any) -> None:
    assert verify_log().intact
    assert verify_log().head == GENESIS


def test_the_log_keeps_no_code_and_no_reference(three: list[IssuedDocument]) -> None:
    values = " ".join(str(value) for row in DocumentLogEntry.objects.values_list() for value in row)
    for document in three:
        assert document.verify_code not in values
        assert document.reference not in values
        assert code_digest(document.verify_code) in values


@pytest.mark.parametrize(
    "change", [{"file_digest": "0" * 64}, {"kind": "revoked"}, {"code_digest": "0" * 64}, {"previous_hash": "0" * 64}]
)
def test_a_changed_entry_breaks_the_chain(three: list[IssuedDocument], change: dict[str, str]) -> None:
    DocumentLogEntry.objects.filter(position=2).update(**change)
    assert verify_log().broken_at == 2


def test_a_removed_entry_breaks_the_chain(three: list[IssuedDocument]) -> None:
    DocumentLogEntry.objects.filter(position=2).delete()
    assert verify_log().broken_at == 3


def test_a_document_changed_behind_the_logs_back_is_named(three: list[IssuedDocument]) -> None:
    IssuedDocument.objects.filter(pk=three[1].pk).update(sha256="0" * 64)
    IssuedDocument.objects.filter(pk=three[2].pk).update(revoked_at=three[2].issued_at)
    result = verify_log()
    assert result.broken_at is None
    assert set(result.unmatched) == {three[1].verify_code, three[2].verify_code}
    assert not result.intact


def test_an_entry_cut_off_at_the_end_leaves_its_document_unmatched(three: list[IssuedDocument]) -> None:
    DocumentLogEntry.objects.filter(position=3).delete()
    assert verify_log().unmatched == (three[2].verify_code,)


def test_a_position_is_taken_only_once(three: list[IssuedDocument]) -> None:
    entry = DocumentLogEntry.objects.get(position=3)
    entry.entry_hash = "0" * 64
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_each_commune_has_its_own_chain(gera: Any, wurzen: Any) -> None:
    for commune in (gera, wurzen):
        with commune_scope(commune):
            issue_permit()
            assert [entry.position for entry in DocumentLogEntry.objects.all()] == [1]


def test_the_daily_round_reports_a_log_that_does_not_hold(three: list[IssuedDocument], caplog: Any) -> None:
    from services.documents.tasks import tidy_commune

    tidy_commune(schema="gera")
    assert "does not hold" not in caplog.text
    DocumentLogEntry.objects.filter(position=2).delete()
    tidy_commune(schema="gera")
    assert "the document log of gera does not hold: entry 3" in caplog.text
