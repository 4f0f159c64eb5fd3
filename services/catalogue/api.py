"""What this commune offers, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError

from tenants.communes.addresses import site_address

from . import queries
from .faults import OfferingNotFound
from .models import Place
from .offered import MODULES, OfferedService
from .opening import week_of

router = Router()
Words = Annotated[str, Query(max_length=200)]
Slug = Annotated[str, Path(max_length=100)]


class FigureOut(Schema):
    """A value with a note: „30,70 €“, „für ein Jahr“."""

    value: str
    note: str


class LawOut(Schema):
    """A legal basis as lawyers cite it."""

    citation: str
    url: str | None = None


class NeedOut(Schema):
    """Something the applicant needs, and where it is found."""

    title: str
    text: str


class ServiceOut(Schema):
    """A service in a list."""

    slug: str
    title: str
    name: str
    teaser: str
    channel: str
    category: str
    url: str
    apply_url: str | None


class ServiceDetailOut(ServiceOut):
    """A whole service. `source` names for each text whether it is „shared“ or „local“."""

    summary: str
    fee_cents: int | None
    cost: FigureOut
    duration: FigureOut
    result: FigureOut
    needs: list[NeedOut]
    who: str
    procedure: list[str]
    deadline: str
    remedy: str
    responsible: str
    notes: str
    legal_basis: list[LawOut]
    definition: str | None
    version: int | None
    reviewed: date | None
    source: dict[str, str]


class HoursOut(Schema):
    """The hours of one weekday, in words."""

    day: str
    spans: str


class PlaceOut(Schema):
    """A place with its weekly hours."""

    name: str
    street: str
    postcode: str
    city: str
    phone: str
    email: str
    is_main: bool
    opening_hours: list[HoursOut]


def _absolute(path: str) -> str | None:
    return f"{site_address()}{path}" if path else None


def _listed(service: OfferedService) -> dict[str, object]:
    return {
        "slug": service.slug,
        "title": service.title,
        "name": service.name,
        "teaser": service.teaser,
        "channel": service.channel,
        "category": service.category_title,
        "url": _absolute(service.url),
        "apply_url": _absolute(service.apply_url),
    }


@router.get("/services", response=list[ServiceOut], auth=None, summary="Services offered here, or found by words")
def services(request: HttpRequest, q: Words = "") -> list[dict[str, object]]:
    """All published services, most wanted first; with `q` those that fit the words, best first."""
    language = get_language() or "de"
    found = queries.search_services(q, language) if q.strip() else queries.offered_services(language)
    return [_listed(service) for service in found]


@router.get("/services/{slug}", response=ServiceDetailOut, auth=None, summary="One service with all its texts")
def service(request: HttpRequest, slug: Slug) -> dict[str, object]:
    """A published service; 404 where there is none."""
    try:
        found = queries.offered_service(slug, get_language() or "de")
    except OfferingNotFound:
        raise HttpError(404, "There is no such service here.") from None
    texts = ("summary", "needs", "who", "procedure", "deadline", "remedy", "responsible", "notes")
    shared = found.definition
    return {
        **_listed(found),
        **{name: getattr(found, name) for name in texts},
        **{name: {"value": getattr(found, name).value, "note": getattr(found, name).note} for name in FIGURES},
        "fee_cents": found.fee_cents,
        "legal_basis": list(found.legal_basis),
        "definition": shared.key if shared else None,
        "version": shared.version if shared else None,
        "reviewed": found.reviewed,
        "source": {name: found.source(name) for name in MODULES},
    }


FIGURES = ("cost", "duration", "result")


@router.get("/places", response=list[PlaceOut], auth=None, summary="Places and their opening hours")
def places(request: HttpRequest) -> list[dict[str, object]]:
    """All places, the main one first."""
    return [_place(place) for place in queries.places_for_public()]


def _place(place: Place) -> dict[str, object]:
    fields = ("name", "street", "postcode", "city", "phone", "email", "is_main")
    return {
        **{name: getattr(place, name) for name in fields},
        "opening_hours": [{"day": line.day, "spans": line.spans} for line in week_of(list(place.opening_hours.all()))],
    }
