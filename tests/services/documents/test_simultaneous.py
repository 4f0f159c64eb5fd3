"""Several workers at once: one document, one file, an unbroken log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.documents import actions
from services.documents.log import verify_log
from services.documents.models import DocumentLogEntry, IssuedDocument
from tests.services.documents.letters_for_tests import issue_permit
from tests.services.simultaneously import afterwards, simultaneously


def stored_files() -> list[str]:
    return sorted(actions._paths_below(IssuedDocument._meta.get_field("file").storage, "documents"))


@pytest.fixture
def wurzen_alone(wurzen: Any) -> Iterator[Any]:
    """What is committed here is taken away again."""
    yield wurzen
    afterwards(wurzen, lambda: (IssuedDocument.objects.all().delete(), DocumentLogEntry.objects.all().delete()))


def test_four_workers_with_the_same_case_issue_one_document(wurzen_alone: Any) -> None:
    documents = simultaneously(wurzen_alone, lambda _number: issue_permit("WU-1").pk, times=4)
    assert len(set(documents)) == 1
    assert afterwards(wurzen_alone, DocumentLogEntry.objects.count) == 1
    assert len(afterwards(wurzen_alone, stored_files)) == 1


def test_four_workers_with_four_cases_leave_an_unbroken_log(wurzen_alone: Any) -> None:
    simultaneously(wurzen_alone, lambda number: issue_permit(f"WU-{number}"), times=4)
    result = afterwards(wurzen_alone, verify_log)
    assert (result.entries, result.intact) == (4, True)
