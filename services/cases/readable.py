"""Cases in a readable export: what was applied for, what happened, what was written, what was issued."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.cases.models import Case
from services.documents.models import IssuedDocument
from services.documents.queries import documents_by_reference
from tenants.communes.archives.readable.parts import (
    Package,
    ReadableExporter,
    ReadableFile,
    readable_exports,
    things,
)

BATCH = 500


def cases(package: Package) -> Iterator[ReadableFile]:
    """`cases.json`."""
    yield things("cases", "Vorgänge", _all())


def _all() -> Iterator[dict[str, Any]]:
    last = 0
    while True:
        found = Case.objects.select_related("decided_by").prefetch_related("events", "messages").order_by("pk")
        batch = list(found.filter(pk__gt=last)[:BATCH])
        documents = documents_by_reference(case.number for case in batch)
        for case in batch:
            yield _case(case, documents.get(case.number, []))
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


def _case(case: Case, documents: list[IssuedDocument]) -> dict[str, Any]:
    return {
        "number": case.number,
        "title": case.title,
        "offering": case.offering_slug,
        "definition": {"key": case.definition_key, "version": case.definition_version},
        "state": case.state,
        "language": case.language,
        "applicant": {
            "name": case.applicant_name,
            "email": case.applicant_email,
            "birth_date": case.applicant_birth_date,
            "address": case.applicant_address,
            "account": case.user_id,
        },
        "answers": case.answers,
        "facts": case.facts,
        "submitted_at": case.submitted_at,
        "due_at": case.due_at,
        "decided_at": case.decided_at,
        "decided_by": case.decided_by.email if case.decided_by else None,
        "reasons": case.reasons,
        "valid_until": case.valid_until,
        "events": [
            {"at": event.at, "kind": event.kind, "by": event.actor_kind, "params": event.params, "public": event.public}
            for event in case.events.all()
        ],
        "messages": [
            {"at": message.at, "by": message.author_kind, "text": message.text} for message in case.messages.all()
        ],
        "documents": [
            {"title": document.title, "issued_at": document.issued_at, "file": f"dateien/{document.file.name}"}
            for document in documents
        ],
    }


def register() -> None:
    """Add this room's part."""
    readable_exports.register("cases", ReadableExporter(200, cases))
