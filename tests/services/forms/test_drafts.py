"""A draft: saved page by page, sent once, gone when its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from services.forms.actions import (
    DraftAlreadyClaimed,
    DraftExpired,
    add_upload,
    claim_draft,
    delete_uploads,
    discard_draft,
    purge_expired_drafts,
    save_step,
    start_draft,
)
from services.forms.models import Draft, Upload
from services.forms.queries import FormMissing, open_draft, sent_draft
from services.forms.uploads import UploadRefused, check_upload
from tenants.communes.scope import commune_scope

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def begin() -> Draft:
    return start_draft(offering_slug="bewohnerparkausweis", definition_key="bewohnerparkausweis", definition_version=1)


def file(content: bytes = PDF, name: str = "erklaerung.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


@pytest.fixture
def draft(in_gera: Any) -> Draft:
    return begin()


def test_a_draft_is_continued_with_its_token_only(draft: Draft) -> None:
    assert open_draft(draft.token) == draft
    assert open_draft("") is None
    assert open_draft(draft.token[:-1]) is None
    assert len(draft.token) >= 32


def test_a_definition_without_a_form_can_not_be_applied_for(in_gera: Any) -> None:
    with pytest.raises(FormMissing):
        start_draft(offering_slug="wohngeld", definition_key="wohngeld", definition_version=1)


def test_pages_are_saved_one_after_the_other(draft: Draft) -> None:
    save_step(draft=draft, step_key="kennzeichen", answers={"plate": "G-AB 123"})
    saved = save_step(draft=draft, step_key="halter", answers={"own_vehicle": "yes"})
    assert saved.answers == {"plate": "G-AB 123", "own_vehicle": "yes"}


def test_an_answer_that_the_page_does_not_ask_is_refused(draft: Draft) -> None:
    with pytest.raises(KeyError, match="own_vehicle"):
        save_step(draft=draft, step_key="kennzeichen", answers={"own_vehicle": "yes"})


def test_sending_takes_only_what_was_asked_and_empties_the_draft(draft: Draft) -> None:
    save_step(draft=draft, step_key="halter", answers={"own_vehicle": "no"})
    save_step(draft=draft, step_key="erklaerung", answers={}, uploads={"keeper_statement": file()})
    save_step(draft=draft, step_key="halter", answers={"own_vehicle": "yes"})
    claimed = claim_draft(draft=draft, reference="GE-1")
    assert claimed.answers == {"own_vehicle": "yes"}
    assert claimed.uploads == ()
    assert not Upload.objects.exists()
    assert Draft.objects.get(pk=draft.pk).answers == {}


def test_the_files_of_a_sent_draft_belong_to_what_it_became(draft: Draft) -> None:
    save_step(draft=draft, step_key="halter", answers={"own_vehicle": "no"})
    save_step(draft=draft, step_key="erklaerung", answers={}, uploads={"keeper_statement": file()})
    (upload,) = claim_draft(draft=draft, reference="GE-1").uploads
    assert (upload.reference, upload.draft, upload.content_type) == ("GE-1", None, "application/pdf")
    with default_storage.open(upload.file.name) as stored:
        assert stored.read() == PDF
    assert delete_uploads(reference="GE-1") == 1
    assert delete_uploads(reference="GE-1") == 0


def test_a_draft_sent_twice_leads_to_the_first_case(draft: Draft) -> None:
    claim_draft(draft=draft, reference="GE-1")
    with pytest.raises(DraftAlreadyClaimed, match="GE-1") as refusal:
        claim_draft(draft=draft, reference="GE-2")
    assert refusal.value.reference == "GE-1"
    assert sent_draft(draft.token).reference == "GE-1"  # type: ignore[union-attr]
    assert open_draft(draft.token) is None
    with pytest.raises(DraftAlreadyClaimed):
        save_step(draft=draft, step_key="halter", answers={"own_vehicle": "yes"})
    with pytest.raises(DraftAlreadyClaimed):
        discard_draft(draft=draft)


def test_an_expired_draft_can_not_be_continued(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert open_draft(draft.token) is None
    with pytest.raises(DraftExpired, match="abgelaufen"):
        claim_draft(draft=draft, reference="GE-1")


def test_a_new_file_takes_the_place_of_the_old(draft: Draft, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = add_upload(draft=draft, field="keeper_statement", file=file())
        second = add_upload(draft=draft, field="keeper_statement", file=file(PNG, "C:\\fotos\\brief.png"))
    assert list(Upload.objects.all()) == [second]
    assert (second.original_name, second.content_type) == ("brief.png", "image/png")
    assert not default_storage.exists(first.file.name)


def test_discarding_deletes_the_files(draft: Draft, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        upload = add_upload(draft=draft, field="keeper_statement", file=file())
        discard_draft(draft=draft)
        discard_draft(draft=draft)
    assert not Draft.objects.filter(pk=draft.pk).exists()
    assert not default_storage.exists(upload.file.name)


def test_purging_deletes_expired_drafts_and_spares_the_others(
    draft: Draft, django_capture_on_commit_callbacks: Any
) -> None:
    old, sent = begin(), begin()
    upload = add_upload(draft=old, field="keeper_statement", file=file())
    save_step(draft=sent, step_key="halter", answers={"own_vehicle": "no"})
    add_upload(draft=sent, field="keeper_statement", file=file())
    claim_draft(draft=sent, reference="GE-1")
    Draft.objects.exclude(pk=draft.pk).update(expires_at=timezone.now() - timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert purge_expired_drafts() == 2
    assert list(Draft.objects.all()) == [draft]
    assert [each.reference for each in Upload.objects.all()] == ["GE-1"]
    assert not default_storage.exists(upload.file.name)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Die Datei ist leer"),
        (b"<html>%PDF-</html>", "Diese Datei können wir nicht öffnen. Laden Sie PDF, JPEG oder PNG hoch."),
        (b"MZ" + b"\0" * 40, "Diese Datei können wir nicht öffnen"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 20, "HEIC"),
        (PDF + b"\0" * 5_342_880, r"zu groß \(5,1.MB\)"),
        (PDF + b"\0" * 5_242_880, "ein wenig zu groß. Erlaubt sind höchstens 5,0"),
    ],
)
def test_a_file_that_is_not_what_we_need_is_refused(draft: Draft, content: bytes, sentence: str) -> None:
    with pytest.raises(UploadRefused, match=sentence):
        add_upload(draft=draft, field="keeper_statement", file=file(content, "erklaerung.pdf"))
    assert not Upload.objects.exists()


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\n" * 900])
def test_a_pdf_may_have_blanks_before_its_beginning(before: bytes) -> None:
    upload = SimpleUploadedFile("x.pdf", before + PDF)
    assert check_upload(upload, ["pdf"], 5000) == "application/pdf"
    assert upload.read() == before + PDF


def test_checking_a_file_leaves_it_at_its_beginning() -> None:
    upload = SimpleUploadedFile("x.png", PNG)
    assert check_upload(upload, ["png"], 100) == "image/png"
    assert upload.read() == PNG


@pytest.fixture
def committed_draft(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Any, Draft]]:
    """A draft that other connections see."""
    from tenants.communes.queries import find_commune

    with django_db_blocker.unblock():
        gera = find_commune("gera").ref()
        with commune_scope(gera):
            made = begin()
        yield gera, made
        with commune_scope(gera):
            Draft.objects.filter(pk=made.pk).delete()
        connection.close()


def test_of_many_clicks_at_once_exactly_one_sends(committed_draft: tuple[Any, Draft]) -> None:
    gera, made = committed_draft

    def click(number: int) -> str:
        try:
            with commune_scope(gera):
                claim_draft(draft=made, reference=f"GE-{number}")
                return "sent"
        except DraftAlreadyClaimed as refusal:
            return refusal.reference
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(click, range(6)))
    winner = answers.index("sent")
    assert answers == ["sent" if number == winner else f"GE-{winner}" for number in range(6)]


def test_the_schedule_purges_each_commune_s_drafts(committed_draft: tuple[Any, Draft]) -> None:
    from services.forms.tasks import purge_commune

    gera, made = committed_draft
    assert purge_commune(schema=gera.schema) == 0
    with commune_scope(gera):
        Draft.objects.filter(pk=made.pk).update(expires_at=timezone.now() - timedelta(days=1))
    assert purge_commune(schema=gera.schema) == 1
    with commune_scope(gera):
        assert not Draft.objects.filter(pk=made.pk).exists()


def test_a_token_of_one_commune_opens_nothing_in_another(
    committed_draft: tuple[Any, Draft], wurzen: Any, django_db_blocker: Any
) -> None:
    gera, made = committed_draft
    with commune_scope(gera):
        assert open_draft(made.token) == made
    with commune_scope(wurzen):
        assert open_draft(made.token) is None
        assert not Draft.objects.exists()


def test_saving_a_page_costs_one_lock_and_one_update(draft: Draft, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert open_draft(draft.token) == draft
    with django_assert_num_queries(4):  # savepoint, lock, update, release
        save_step(draft=draft, step_key="halter", answers={"own_vehicle": "yes"})
