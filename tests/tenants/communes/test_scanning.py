"""A scanner sees every upload, and a scanner that is away, hangs or babbles stops nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from services.forms.schema import FormContext
from services.forms.schema.kinds import KINDS
from services.forms.schema.model import Field
from tenants.communes import scanning
from tenants.communes.scanning import UploadUnwanted, scan_upload, wake_scanner
from tests.servers.clamd import EICAR, Clamd


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    with Clamd() as scanner:
        settings.UPLOAD_SCANNER = scanner.address
        yield scanner
    assert scanner.faults == []
    wake_scanner()


def test_without_a_scanner_files_are_taken(settings: Any) -> None:
    assert settings.UPLOAD_SCANNER == ""
    scan_upload(io.BytesIO(EICAR))


def test_the_scanner_sees_the_whole_file_and_the_file_is_rewound(clamd: Clamd) -> None:
    content = bytes(range(256)) * 1000
    file = io.BytesIO(content)
    file.seek(99)
    scan_upload(file)
    assert clamd.seen == [content]
    assert file.tell() == 0


def test_what_the_scanner_finds_is_refused_in_words(clamd: Clamd) -> None:
    with pytest.raises(UploadUnwanted, match="Virenscanner"):
        scan_upload(io.BytesIO(b"%PDF-" + EICAR))


def test_an_application_s_file_is_scanned(clamd: Clamd) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    field = Field(key="paper", kind="file", label="Nachweis")  # type: ignore[arg-type]
    cleaned = KINDS["file"].clean(field, {"paper": SimpleUploadedFile("a.pdf", b"%PDF-1.7" + EICAR)}, FormContext())
    assert "Virenscanner" in cleaned.errors["paper"]


@pytest.mark.parametrize("says", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"\xff" * 100_000])
def test_a_scanner_without_a_verdict_is_one_that_is_away(clamd: Clamd, settings: Any, says: bytes) -> None:
    clamd.says = says
    scan_upload(io.BytesIO(b"x"))
    wake_scanner()
    settings.UPLOAD_SCANNER_AWAY = "refuse"
    with pytest.raises(UploadUnwanted, match="einigen Minuten"):
        scan_upload(io.BytesIO(b"x"))


def test_a_scanner_that_hangs_is_asked_once_and_then_left_alone(
    clamd: Clamd, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SCAN_SECONDS", 0.2)
    clamd.hangs = True
    for _file in range(5):
        scan_upload(io.BytesIO(b"x"))
    assert len(clamd.seen) == 1


def test_a_stopped_scanner_stops_no_upload(settings: Any) -> None:
    with Clamd() as scanner:
        settings.UPLOAD_SCANNER = scanner.address
    scan_upload(io.BytesIO(EICAR))
    wake_scanner()
