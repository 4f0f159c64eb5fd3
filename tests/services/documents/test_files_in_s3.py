"""A document's file may lie in S3 as well as on disk."""

from __future__ import annotations

from typing import Any

import pytest

from services.documents.models import IssuedDocument
from services.documents.queries import file_response
from tests.services.documents.letters_for_tests import issue_permit

pytestmark = pytest.mark.xdist_group("s3")


def test_a_document_is_issued_to_s3_and_read_back(s3_storage: Any, bucket: Any, in_gera: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(IssuedDocument._meta.get_field("file"), "storage", s3_storage)
    document = issue_permit()
    assert file_response(document).content.startswith(b"%PDF-1.7")
    (stored,) = bucket.objects.all()
    assert (stored.key, stored.size) == (f"gera/{document.file.name}", document.size)
