"""A portal that is closed, in the commune's colours: made from the platform's copy of its brand, without a question."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from tenants.communes.closed import FOR_GOOD, STAFF_MAY_ENTER, brand_source, closed_site
from tenants.communes.naming import spoken_name
from tenants.communes.rollouts.maintenance import SITE
from tenants.communes.scope import CommuneRef
from themes.models import Brand
from themes.queries import remembered_brand, view_of
from themes.tokens import BrandError, BrandTokens
from themes.view import BrandView


def closed_portal(commune: CommuneRef, brand: dict[str, Any], path: str) -> HttpResponse:
    """The page, or the stylesheet and the sign that it names."""
    view = look_of(commune, brand)
    if found := file_of(view, path):
        return found
    language = get_language() or "de"
    prefix = "" if language == "de" else f"/{language}"
    page = render_to_string(
        "themes/errors/closed.html",
        {
            "commune": commune,
            "known_brand": view,
            "for_good": commune.state in FOR_GOOD,
            "leaving": commune.state == "offboarding",
            "sign_in_url": f"{prefix}/konto/anmelden/" if commune.state in STAFF_MAY_ENTER else "",
            "home_url": f"{prefix}/",
        },
    )
    return HttpResponse(page, status=503)


def portal_in_maintenance(commune: CommuneRef, brand: dict[str, Any], path: str) -> HttpResponse:
    """The page of a portal whose schema is being brought to a release, or the stylesheet and the sign that it names."""
    view = (remembered_brand(commune) if not brand else None) or look_of(commune, brand)
    if found := file_of(view, path):
        return found
    return HttpResponse(
        render_to_string("themes/errors/503.html", {"commune": commune, "known_brand": view}), status=503
    )


def look_of(commune: CommuneRef, brand: dict[str, Any]) -> BrandView:
    """How the commune looks, by the copy of its brand."""
    return view_of(name=commune.name, official_name=spoken_name(commune.official_name), tokens=tokens_of(brand))


def file_of(view: BrandView, path: str) -> HttpResponse | None:
    """The stylesheet or the sign of a look, None for another path."""
    if path == view.stylesheet_url:
        return HttpResponse(
            view.stylesheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "no-cache"}
        )
    if path == view.icon_url:
        return HttpResponse(view.crest_file, content_type="image/svg+xml", headers={"Cache-Control": "no-cache"})
    return None


def brand_tokens() -> dict[str, Any]:
    """The current commune's tokens, from its schema."""
    brand = Brand.objects.filter(pk=1).first()
    return (brand.tokens if brand else BrandTokens()).to_dict()


def tokens_of(brand: dict[str, Any]) -> BrandTokens:
    """The copied tokens; a copy that this release can't read is no reason to show no page."""
    try:
        return BrandTokens.from_dict(brand)
    except (BrandError, TypeError, ValueError):
        return BrandTokens()


def register() -> None:
    """Show every portal that is closed or in maintenance, in the look it had."""
    brand_source.register("themes", brand_tokens)
    closed_site.register("site", closed_portal)
    closed_site.register(SITE, portal_in_maintenance)
