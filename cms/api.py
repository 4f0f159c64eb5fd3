"""News, events and the search over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Query, Router, Schema

from cms.addresses import absolute, address_of
from cms.placeholders import fill_text
from cms.queries import events_in, news_in
from cms.search import search_everything

router = Router(auth=None)
Language = Literal["de", "en"]
Words = Annotated[str, Query(max_length=200)]
MOST = 50


class NewsOut(Schema):
    """One piece of news."""

    title: str
    text: str
    date: date
    url: str


class EventOut(Schema):
    """One coming event."""

    title: str
    text: str
    starts_at: datetime
    ends_at: datetime | None
    place: str
    address: str
    price: str
    url: str


class FoundOut(Schema):
    """One result of a search. `kind` is service, page or idea."""

    kind: Literal["service", "page", "idea"]
    title: str
    text: str
    url: str


@router.get("/news", response=list[NewsOut], summary="The newest news")
def list_news(request: HttpRequest, language: Language = "de") -> list[dict[str, Any]]:
    """Published news, newest first, at most fifty."""
    return [
        {"title": fill_text(page.title), "text": page.lead, "date": page.date, "url": _url(page, language)}
        for page in news_in(language)[:MOST]
    ]


@router.get("/events", response=list[EventOut], summary="Coming events")
def list_events(request: HttpRequest, language: Language = "de") -> list[dict[str, Any]]:
    """Events that are not over, soonest first, at most fifty."""
    return [
        {
            "title": fill_text(page.title),
            "text": page.lead,
            "starts_at": page.starts_at,
            "ends_at": page.ends_at,
            "place": page.place,
            "address": page.address,
            "price": page.price,
            "url": _url(page, language),
        }
        for page in events_in(language, timezone.now())[:MOST]
    ]


@router.get("/search", response=list[FoundOut], summary="Search over everything")
def search(request: HttpRequest, q: Words, language: Language = "de") -> list[dict[str, Any]]:
    """Services first, then pages and news, then ideas. An empty list for empty words."""
    with override(language):
        found = search_everything(q, language)
    return [
        *({"kind": "service", "title": s.title, "text": s.teaser, "url": absolute(s.url)} for s in found.services),
        *({"kind": "page", "title": p.title, "text": p.text, "url": absolute(p.url)} for p in found.pages),
        *({"kind": "idea", "title": i.text, "text": i.district, "url": absolute(i.url)} for i in found.ideas),
    ]


def _url(page: Any, language: str) -> str:
    return absolute(address_of(page.url_path, language))
