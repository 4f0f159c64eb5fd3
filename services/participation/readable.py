"""Ideas in a readable export, with what happened to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.participation.models import Idea
from tenants.communes.archives.readable.parts import (
    Package,
    ReadableExporter,
    ReadableFile,
    readable_exports,
    things,
)
from tenants.communes.archives.readable.secrets import left_out


def ideas(package: Package) -> Iterator[ReadableFile]:
    """`ideas.json`."""
    found = Idea.objects.prefetch_related("events", "reports").order_by("pk")
    yield things("ideas", "Ideen", map(_idea, found))


def _idea(idea: Idea) -> dict[str, Any]:
    return {
        "text": idea.text,
        "district": idea.district,
        "author": {"name": idea.author_name, "email": idea.email},
        "state": idea.state,
        "supports": idea.supports,
        "created_at": idea.created_at,
        "confirmed_at": idea.confirmed_at,
        "hidden_reason": idea.hidden_reason,
        "events": [
            {"at": event.at, "verb": event.verb, "by": event.actor, "reason": event.reason}
            for event in idea.events.all()
        ],
        "reports": [
            {"at": report.created_at, "reason": report.reason, "note": report.note, "settled_at": report.settled_at}
            for report in idea.reports.all()
        ],
    }


def register() -> None:
    """Add this room's part; who supported is known by a hash of a browser, which is nobody's business elsewhere."""
    readable_exports.register("participation", ReadableExporter(400, ideas))
    left_out.register("participation.support.supporter", "tells a browser again")
    left_out.register("participation.report.reporter", "tells a browser again")
