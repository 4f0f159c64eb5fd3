"""/pruefen/ answers clearly, without personal data, and changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from services.documents import limits
from services.documents.codes import grouped, new_code
from services.documents.models import IssuedDocument
from tenants.communes.scope import commune_scope
from tests.hostile.pdfs import endless_kids, endless_xref
from tests.services.documents.letters_for_tests import issue_decision, issue_permit


@contextmanager
def calls_into(package: str) -> Iterator[set[str]]:
    """The functions of a package that are called inside."""
    called: set[str] = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        if f"/{package}/" in frame.f_code.co_filename:
            called.add(frame.f_code.co_qualname)

    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)


def content_of(document: IssuedDocument) -> bytes:
    with document.file.open() as file:
        return file.read()


def upload(portal: Any, content: bytes, name: str = "ausweis.pdf") -> Any:
    return portal.post("/pruefen/datei/", {"pdf": SimpleUploadedFile(name, content, "application/pdf")})


def heading(response: Any) -> str:
    page = response.content.decode()
    return page.split("<h1", 1)[1].split(">", 1)[1].split("</h1>")[0].strip()


def test_the_page_offers_code_and_file(portal: Any) -> None:
    page = portal.get("/pruefen/")
    assert page.status_code == 200
    assert 'name="code"' in page.content.decode()
    assert 'name="pdf"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_code_typed_in_leads_to_its_page(portal: Any, in_gera: Any) -> None:
    document = issue_permit()
    response = portal.get("/pruefen/", {"code": f" {document.code.lower()} "})
    assert response.status_code == 302
    assert response["Location"] == f"/pruefen/{document.code}/"


def test_a_typing_error_is_called_one(portal: Any, in_gera: Any) -> None:
    code = issue_permit().code
    wrong = ("3" if code[0] == "2" else "2") + code[1:]
    response = portal.get("/pruefen/", {"code": wrong})
    assert response.status_code == 422
    assert "Tippfehler" in response.content.decode()


def test_a_valid_document_is_called_valid_without_personal_data(portal: Any, in_gera: Any) -> None:
    document = issue_decision()
    response = portal.get(f"/pruefen/{document.code}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert heading(response) == "Dieses Dokument ist gültig"
    assert document.title in page
    assert timezone.localtime(document.issued_at).strftime("%d.%m.%Y") in page
    for secret in ("Müller", "Kornmarkt 7", "G-RZ", document.reference):
        assert secret not in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"revoked_at": timezone.now()}, "Dieses Dokument ist widerrufen"),
        ({"superseded_at": timezone.now()}, "Dieses Dokument wurde ersetzt"),
        ({"valid_until": "2026-01-31"}, "Dieses Dokument ist abgelaufen"),
    ],
)
def test_a_document_that_no_longer_counts_says_why(portal: Any, in_gera: Any, change: Any, said: str) -> None:
    document = issue_permit()
    IssuedDocument.objects.filter(pk=document.pk).update(**change)
    assert heading(portal.get(f"/pruefen/{document.code}/")) == said
    assert heading(upload(portal, content_of(document))) == said


def test_an_unknown_code_is_unknown(portal: Any) -> None:
    response = portal.get(f"/pruefen/{grouped(new_code())}/")
    assert response.status_code == 404
    assert heading(response) == "Dieses Dokument kennen wir nicht"


def test_a_document_of_another_commune_is_unknown_here(portal: Any, wurzen: Any) -> None:
    with commune_scope(wurzen):
        theirs = issue_permit()
        content = content_of(theirs)
    assert portal.get(f"/pruefen/{theirs.code}/").status_code == 404
    assert heading(upload(portal, content)) == "Dieses Dokument kennen wir nicht"


def test_the_issued_file_is_recognised_byte_for_byte(portal: Any, in_gera: Any) -> None:
    response = upload(portal, content_of(issue_permit()))
    assert heading(response) == "Dieses Dokument ist gültig"
    assert "Stimmt Byte für Byte" in response.content.decode()
    assert "Entwicklungssiegel" in response.content.decode()


def test_a_changed_file_is_called_changed(portal: Any, in_gera: Any) -> None:
    content = bytearray(content_of(issue_permit()))
    content[600] ^= 1
    response = upload(portal, bytes(content))
    assert heading(response) == "Diese Datei wurde verändert"
    assert "Fehlt oder ist verletzt" in response.content.decode()


def test_a_foreign_pdf_is_unknown(portal: Any) -> None:
    assert heading(upload(portal, b"%PDF-1.7\n%%EOF")) == "Dieses Dokument kennen wir nicht"


@pytest.mark.parametrize("hostile", [endless_xref, endless_kids])
def test_a_hostile_pdf_is_never_parsed_whether_it_names_a_document_or_not(
    portal: Any, in_gera: Any, hostile: Any
) -> None:
    code = issue_permit().code
    named = f"<dc:identifier>http://gera.localhost/pruefen/{code}/</dc:identifier>".encode()
    for metadata, verdict in ((b"", "unknown"), (named, "changed")):
        content = hostile(metadata=metadata)
        said = "Dieses Dokument kennen wir nicht" if verdict == "unknown" else "Diese Datei wurde verändert"
        with calls_into("pyhanko") as calls:
            assert heading(upload(portal, content)) == said
            answer = portal.post("/api/v1/documents", {"pdf": SimpleUploadedFile("a.pdf", content, "application/pdf")})
        assert (answer.json()["verdict"], answer.json()["seal_intact"]) == (verdict, False)
        assert calls == set()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a", "Das ist keine PDF-Datei"),
        (b"", "Die Datei ist leer"),
        (b"%PDF-" + b"0" * (5 << 20), "größer als 5 MB"),
    ],
)
def test_what_is_no_pdf_is_refused_with_a_sentence(portal: Any, content: bytes, said: str) -> None:
    response = upload(portal, content)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_an_upload_leaves_nothing_behind(portal: Any, in_gera: Any, settings: Any) -> None:
    from pathlib import Path

    document = issue_permit()
    before = sorted(Path(settings.MEDIA_ROOT).rglob("*"))
    upload(portal, content_of(document))
    assert sorted(Path(settings.MEDIA_ROOT).rglob("*")) == before


def test_looking_at_a_code_writes_nothing(portal: Any, in_gera: Any, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    code = issue_permit().code
    with CaptureQueriesContext(
        connection,
    ) as queries:
        portal.get(f"/pruefen/{code}/")
    statements = [query["sql"] for query in queries]
    ours = [text for text in statements if '"documents_' in text]
    assert ours
    assert [text for text in ours if not text.startswith("SELECT")] == []


def test_somebody_who_tries_many_codes_has_to_wait(portal: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "CODES", limits.Limit("verify-code", times=3, seconds=600))
    address = f"/pruefen/{grouped(new_code())}/"
    assert [portal.get(address).status_code for _try in range(4)] == [404, 404, 404, 429]


def test_get_is_not_for_files_and_post_not_for_codes(portal: Any) -> None:
    assert portal.get("/pruefen/datei/").status_code == 405
    assert portal.post("/pruefen/").status_code == 405


def test_the_page_speaks_english_under_en(portal: Any, in_gera: Any) -> None:
    document = issue_permit()
    assert heading(portal.get(f"/en/pruefen/{document.code}/")) == "This document is valid"


def test_a_program_gets_the_same_answer(portal: Any, in_gera: Any) -> None:
    document = issue_permit()
    answer = portal.get(f"/api/v1/documents/{document.code}")
    assert answer.status_code == 200
    assert answer.json() == {
        "verdict": "valid",
        "title": "Bewohnerparkausweis Zone B",
        "issuer": "Stadt Gera",
        "issued_at": answer.json()["issued_at"],
        "valid_until": str(document.valid_until),
        "revoked_at": None,
        "sha256": document.sha256,
        "seal_intact": None,
    }


def test_a_program_hands_in_a_file(portal: Any, in_gera: Any) -> None:
    file = SimpleUploadedFile("a.pdf", content_of(issue_permit()), "application/pdf")
    answer = portal.post("/api/v1/documents", {"pdf": file})
    assert (answer.status_code, answer.json()["verdict"], answer.json()["seal_intact"]) == (200, "valid", True)


def test_a_program_with_an_unknown_code_gets_404(portal: Any) -> None:
    answer = portal.get(f"/api/v1/documents/{grouped(new_code())}")
    assert (answer.status_code, answer.json()["verdict"]) == (404, "unknown")


def test_a_seal_that_is_whole_but_not_known_here_is_not_called_broken(
    portal: Any, in_gera: Any, tmp_path: Any, settings: Any
) -> None:
    content = content_of(issue_permit())
    settings.DATA_DIR = tmp_path / "another-installation"
    page = upload(portal, content).content.decode()
    assert "Unversehrt, aber mit einem Siegel, das hier nicht hinterlegt ist" in page
    assert "verletzt" not in page


def test_a_document_without_a_plate_is_not_asked_for_one(portal: Any, in_gera: Any) -> None:
    code = issue_decision().code
    assert 'name="plate"' not in portal.get(f"/pruefen/{code}/").content.decode()
    assert portal.post(f"/pruefen/{code}/kennzeichen/", {"plate": "G-RZ 123"}).status_code == 404
    answer = portal.post(f"/api/v1/documents/{code}/plate", {"plate": "G-RZ 123"}, content_type="application/json")
    assert answer.status_code == 404


def test_an_unknown_code_has_no_plate(portal: Any) -> None:
    assert portal.post(f"/pruefen/{grouped(new_code())}/kennzeichen/", {"plate": "G-RZ 123"}).status_code == 404
