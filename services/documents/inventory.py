"""The overview of a readable export as a PDF in the commune's colours, and the list of issued documents."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_noop

from services.documents.letterheads import current_letterhead
from services.documents.models import IssuedDocument
from services.documents.rendering import render_sheet
from tenants.communes.archives.readable.parts import (
    Package,
    Packed,
    ReadableExporter,
    ReadableFile,
    readable_exports,
    things,
)
from tenants.communes.scope import require_commune

TITLE = gettext_noop("Daten zum Mitnehmen: Übersicht")


def documents(package: Package) -> Iterator[ReadableFile]:
    """`documents.json`: what was issued, and under which name its file is."""
    issued = IssuedDocument.objects.order_by("pk")
    yield things(
        "documents",
        "Ausgestellte Dokumente",
        (
            {
                "reference": document.reference,
                "title": document.title,
                "language": document.language,
                "issued_at": document.issued_at,
                "valid_until": document.valid_until,
                "revoked_at": document.revoked_at,
                "sha256": document.sha256,
                "file": f"dateien/{document.file.name}",
            }
            for document in issued
        ),
    )


def overview(package: Package) -> Iterator[ReadableFile]:
    """`uebersicht.pdf`: runs last, when everything else is counted."""
    files = [packed for packed in package.packed if packed.path.startswith("dateien/")]
    context = {
        "commune": require_commune(),
        "now": timezone.localtime(),
        "main": [packed for packed in package.packed if packed.path.endswith(".json")],
        "tables": [packed for packed in package.packed if packed.path.startswith("tabellen/") and packed.items],
        "empty_tables": sum(_is_empty(packed) for packed in package.packed),
        "files": len(files),
        "files_size": sum(packed.size for packed in files),
    }
    pdf = render_sheet(
        "documents/letters/inventory.html", context=context, head=current_letterhead(), title=TITLE, language="de"
    )
    yield ReadableFile("uebersicht.pdf", "Übersicht", [pdf])


def _is_empty(packed: Packed) -> bool:
    return packed.path.startswith("tabellen/") and not packed.items


def register() -> None:
    """Add this room's parts."""
    readable_exports.register("documents", ReadableExporter(250, documents))
    readable_exports.register("overview", ReadableExporter(900, overview))
