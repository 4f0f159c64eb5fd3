"""The platform's own public pages: what it is, and which portals there are."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from console.directory import fold
from tenants.accounts.access import public
from tenants.communes.addresses import portal_address
from tenants.communes.models import Commune, CommuneState
from tenants.communes.queries import communes_for_operator

MOST_SHOWN = 60


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Find your town; below, what this is."""
    wanted = request.GET.get("q", "").strip()[:100]
    live = communes_for_operator().filter(state=CommuneState.LIVE)
    found = [commune for commune in live if _matches(commune, fold(wanted))] if wanted else list(live[:MOST_SHOWN])
    portals = [
        {"name": commune.name, "host": commune.primary_host, "url": portal_address(commune.primary_host)}
        for commune in found[:MOST_SHOWN]
    ]
    context = {"portals": portals, "wanted": wanted, "total": live.count()}
    return render(request, "console/public/home.html", context | frame())


def _matches(commune: Commune, wanted: str) -> bool:
    return wanted in fold(commune.official_name) or wanted in fold(commune.primary_host) or wanted == commune.postcode


def frame() -> dict[str, object]:
    """What all public pages of the operator carry."""
    return {"console_url": portal_address(settings.CONSOLE_HOST), "operator_mail": settings.DEFAULT_FROM_EMAIL}


@public
@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    """Who is responsible."""
    return render(request, "console/public/imprint.html", frame() | {"heading": _("Impressum")})


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What happens to data on this page."""
    return render(request, "console/public/privacy.html", frame() | {"heading": _("Datenschutz")})


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible this page is."""
    return render(request, "console/public/accessibility.html", frame() | {"heading": _("Barrierefreiheit")})
