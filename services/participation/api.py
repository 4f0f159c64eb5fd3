"""Ideas over HTTP. Addresses of authors are never given."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from tenants.communes.addresses import site_address

from . import queries
from .models import Idea

router = Router()
MOST = 100


class IdeaOut(Schema):
    """A public idea."""

    id: int
    text: str
    district: str
    author_name: str
    supports: int
    confirmed_at: datetime
    url: str


class IdeaPageOut(Schema):
    """Some ideas, and how many there are in all."""

    count: int
    items: list[IdeaOut]


def _out(idea: Idea) -> dict[str, object]:
    fields = ("id", "text", "district", "author_name", "supports", "confirmed_at")
    url = site_address() + reverse("participation:idea", args=[idea.pk])
    return {**{name: getattr(idea, name) for name in fields}, "url": url}


@router.get("/ideas", response=IdeaPageOut, auth=None, summary="Public ideas")
def ideas(
    request: HttpRequest,
    order: str = Query(queries.NEWEST, max_length=20, description="neu or beliebt"),
    district: str = Query("", max_length=100),
    limit: int = Query(20, ge=1, le=MOST),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> dict[str, object]:
    """Confirmed ideas, newest („neu“) or most supported („beliebt“) first."""
    found = queries.ideas_for_public(order, district)
    return {"count": found.count(), "items": [_out(idea) for idea in found[offset : offset + limit]]}


@router.get("/ideas/{idea_id}", response=IdeaOut, auth=None, summary="One idea")
def idea(request: HttpRequest, idea_id: int) -> dict[str, object]:
    """A confirmed idea; 404 where there is none."""
    found = queries.ideas_for_public().filter(pk=idea_id).first() if 0 < idea_id < 2**63 else None
    if found is None:
        raise HttpError(404, "There is no such idea here.")
    return _out(found)
