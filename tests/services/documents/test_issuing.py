"""A letter is issued once, whole, and leaves a trace."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.utils import timezone

from services.documents import actions, log
from services.documents.actions import issue_document, remove_orphans, revoke_document
from services.documents.letters import LetterContextInvalid
from services.documents.models import DocumentLogEntry, DocumentState, IssuedDocument
from services.documents.queries import current_document, documents_for_reference, file_response
from tenants.accounts.models import User, UserKind
from tenants.communes.registry import UnknownEntryError
from tenants.communes.scope import commune_scope
from tests.services.documents.letters_for_tests import (
    decision_context,
    issue_decision,
    issue_permit,
    permit_context,
)


def content_of(document: IssuedDocument) -> bytes:
    with document.file.open() as file:
        return file.read()


def stored_files() -> list[str]:
    storage = IssuedDocument._meta.get_field("file").storage
    return sorted(actions._paths_below(storage, "documents"))


@pytest.fixture
def clerk(in_gera: Any) -> User:
    from django.contrib.auth.models import Group

    user = User.objects.create_user("clerk@gera.example", name="Sachbearbeitung", kind=UserKind.STAFF)
    user.groups.add(Group.objects.get(name="clerk"))
    return user


def test_the_stored_file_is_what_hash_and_size_say(in_gera: Any) -> None:
    document = issue_permit()
    content = content_of(document)
    assert content.startswith(b"%PDF-1.7")
    assert (document.size, document.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert document.size < 100_000
    assert document.state == DocumentState.VALID


def test_issuing_twice_returns_the_same_document_and_one_log_entry(in_gera: Any) -> None:
    first, second = issue_permit(), issue_permit()
    assert first == second
    assert first.sha256 == second.sha256
    assert DocumentLogEntry.objects.count() == 1
    assert len(stored_files()) == 1


def test_the_other_letter_of_the_same_case_is_another_document(in_gera: Any) -> None:
    permit, decision = issue_permit(), issue_decision()
    assert permit.verify_code != decision.verify_code
    assert list(documents_for_reference("GE-7K3F-29MX")) == [decision, permit]


def test_the_file_lies_under_the_communes_prefix_at_a_random_path(gera: Any, wurzen: Any) -> None:
    with commune_scope(gera):
        ours = issue_permit()
        assert "/gera/documents/" in ours.file.path
        assert ours.reference not in ours.file.path
    with commune_scope(wurzen):
        theirs = issue_permit()
        assert "/wurzen/documents/" in theirs.file.path
        assert not theirs.file.storage.exists(ours.file.name)


def test_an_unknown_letter_is_refused(in_gera: Any) -> None:
    with pytest.raises(UnknownEntryError):
        issue_document(template="../themes/portal", context={}, title="x", reference="GE-1")


@pytest.mark.parametrize("missing", ["remedy", "decision", "recipient"])
def test_a_notice_without_an_essential_part_is_refused(in_gera: Any, missing: str) -> None:
    context = {key: value for key, value in decision_context().items() if key != missing}
    with pytest.raises(LetterContextInvalid, match=missing):
        issue_document(template="decision", context=context, title="x", reference="GE-1")
    assert stored_files() == []


def test_a_failure_after_writing_the_file_leaves_nothing(in_gera: Any, monkeypatch: Any) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(log, "append", broken)
    with pytest.raises(OSError, match="disk full"):
        issue_permit()
    assert stored_files() == []
    assert not IssuedDocument.objects.exists()


def test_the_database_refuses_a_second_current_document(in_gera: Any) -> None:
    document = issue_permit()
    document.pk, document.verify_code = None, "2" * 16
    with pytest.raises(IntegrityError, match="document_once_per_reference"):
        document.save(force_insert=True)


def test_a_new_document_takes_the_place_of_the_old_one(in_gera: Any) -> None:
    old = issue_permit()
    new = issue_permit(supersedes=old)
    old.refresh_from_db()
    assert (old.state, old.superseded_by) == (DocumentState.SUPERSEDED, new)
    assert current_document(reference=old.reference, template=old.template) == new
    assert issue_permit(supersedes=old) == new
    assert [entry.kind for entry in DocumentLogEntry.objects.all()] == ["issued", "superseded", "issued"]


def test_a_clerk_revokes_a_document_once(clerk: User) -> None:
    document = issue_permit()
    revoked = revoke_document(document=document, actor=clerk, reason="Umzug")
    again = revoke_document(document=document, actor=clerk, reason="anders")
    assert revoked.state == DocumentState.REVOKED
    assert (again.revoked_at, again.revocation_reason) == (revoked.revoked_at, "Umzug")
    assert [entry.kind for entry in DocumentLogEntry.objects.all()] == ["issued", "revoked"]


def test_a_citizen_cannot_revoke(in_gera: Any) -> None:
    document = issue_permit()
    citizen = User.objects.create_user("citizen@gera.example", name="Bürgerin")
    with pytest.raises(PermissionDenied):
        revoke_document(document=document, actor=citizen, reason="darum")
    document.refresh_from_db()
    assert document.revoked_at is None


def test_a_document_expires_the_day_after_its_last_day(in_gera: Any) -> None:
    document = issue_permit(days=0)
    today = timezone.localdate()
    assert document.state_on(today) == DocumentState.VALID
    assert document.state_on(today + timedelta(days=1)) == DocumentState.EXPIRED


def test_orphaned_files_are_removed_and_documents_are_kept(in_gera: Any) -> None:
    document = issue_permit()
    storage = document.file.storage
    with document.file.open() as file:
        orphan = storage.save("documents/ab/orphan.pdf", file)
    assert remove_orphans() == []
    assert remove_orphans(older_than=timedelta(0)) == [orphan]
    assert stored_files() == [document.file.name]


def test_the_download_is_an_attachment_that_nobody_caches(in_gera: Any) -> None:
    document = issue_decision()
    response = file_response(document)
    assert response.content == content_of(document)
    assert response["Content-Type"] == "application/pdf"
    assert (
        response["Content-Disposition"]
        == 'attachment; filename="bescheid-ueber-ihren-bewohnerparkausweis-ge-7k3f-29mx.pdf"'
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


def test_html_in_an_answer_stays_text(in_gera: Any) -> None:
    from pypdf import PdfReader

    plate = "<b>X</b>&amp;"
    document = issue_document(
        template="parking_permit",
        context=permit_context(plate=plate),
        title="Ausweis",
        reference="GE-HTML",
    )
    assert plate in PdfReader(BytesIO(content_of(document))).pages[0].extract_text()


def test_issuing_costs_few_statements(in_gera: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(10):
        issue_permit()
    assert connection.in_atomic_block
