"""How long it takes from a decision to its documents: letter and permit, rendered, sealed, stored and logged."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from infra.bench.report import kilobytes, milliseconds, percentile, print_table
from services.documents.actions import issue_document
from services.documents.letters import objection_notice
from services.documents.models import IssuedDocument
from services.documents.warmth import warm_up
from tenants.communes.scope import CommuneRef, commune_scope


@dataclass(frozen=True, slots=True)
class DocumentFigures:
    """Seconds for both documents of one case, and the size of the larger one in bytes."""

    runs: int
    first: float
    p50: float
    p95: float
    largest: int


def measure_documents(*, runs: int = 20) -> DocumentFigures:
    """Issue the documents of `runs` cases in the current commune's scope and take everything back."""
    started = time.perf_counter()
    warm_up()
    first = time.perf_counter() - started
    seconds, sizes = [], []
    for run in range(runs):
        point = transaction.savepoint()
        started = time.perf_counter()
        documents = [issue_document(**order) for order in _orders(f"BENCH-{run:04d}")]
        seconds.append(time.perf_counter() - started)
        sizes += [document.size for document in documents]
        for document in documents:
            document.file.storage.delete(str(document.file.name))
        transaction.savepoint_rollback(point)
    return DocumentFigures(runs, first, statistics.median(seconds), percentile(seconds, 0.95), max(sizes))


def report_documents(commune: CommuneRef) -> None:
    """Measure in the commune's scope and print the table."""
    with commune_scope(commune):
        figures = measure_documents()
    times = [milliseconds(seconds) for seconds in (figures.first, figures.p50, figures.p95)]
    head = ["cases", "first (cold process)", "p50", "p95", "largest file"]
    print_table("Documents: letter and permit of one case", head, [[figures.runs, *times, kilobytes(figures.largest)]])


def _orders(reference: str) -> list[dict[str, Any]]:
    until = timezone.localdate() + timedelta(days=365)
    permit = {"zone": "B", "zone_name": "Innenstadt", "plate": "G-RZ 1234", "valid_until": until}
    decision = {
        "recipient": ["Frau", "Jördis Müller-Straßburger", "Kornmarkt 7", "07545 Gera"],
        "subject": "Bescheid über Ihren Bewohnerparkausweis",
        "decision": ["Ihren Antrag „Bewohnerparkausweis“ bewilligen wir."],
        "remedy": objection_notice(authority="Stadt Gera", address="Kornmarkt 12, 07545 Gera"),
        "facts": [{"label": "Kennzeichen", "value": "G-RZ 1234"}, {"label": "Zone", "value": "B"}],
        "reasons": [{"text": f"Die Voraussetzung {number} ist erfüllt.", "source": "StVO"} for number in range(3)],
        "legal_basis": ["§ 45 Absatz 1b Satz 1 Nummer 2a StVO"],
        "automated": True,
        "automation": ["§ 46 Absatz 5 StVO"],
    }
    common = {"reference": reference, "valid_until": until}
    return [
        {"template": "parking_permit", "title": "Bewohnerparkausweis", "context": permit, **common},
        {"template": "decision", "title": "Bescheid", "context": decision, **common},
    ]


def nothing_left() -> bool:
    """Whether the bench has taken back what it issued."""
    return not IssuedDocument.objects.filter(reference__startswith="BENCH-").exists()
