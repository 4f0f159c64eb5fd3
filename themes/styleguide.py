"""The living page of components: what there is, in three brands, with measured contrast."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tenants.accounts.access import allowed, public
from themes.context import LanguageLink
from themes.palette import palette_for
from themes.presets import DEMO_BRANDS
from themes.queries import view_of
from themes.samples import SampleForm, sample_context
from themes.tokens import BrandTokens
from themes.view import BrandView

NAMES = {"gera": "Gera", "wurzen": "Wurzen", "augustusburg": "Augustusburg", "gelb": "Gelbenstadt"}
# a brand that cannot work as given, to show what a correction looks like
DIFFICULT = BrandTokens(primary="#ffe600", accent="#777777", tagline="Wird korrigiert", scene="village")
PAGES = {"home": _("Startseite"), "service": _("Leistung"), "form": _("Formular"), "status": _("Status")}
open_to = public if settings.DEBUG or settings.DEMO else allowed("accounts.operate_platform")


def sample_brands() -> dict[str, BrandTokens]:
    """The brands on show: three towns, and one that needs correction."""
    return {**DEMO_BRANDS, "gelb": DIFFICULT}


def sample_view(key: str) -> BrandView:
    """One of the brands as templates see it, with its stylesheet under /styleguide/."""
    tokens = sample_brands().get(key)
    if tokens is None:
        raise Http404
    view = view_of(name=NAMES[key], official_name=f"Stadt {NAMES[key]}", tokens=tokens)
    return replace(view, stylesheet_url=f"/styleguide/{key}.css")


@open_to
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """All components and palettes on one page."""
    brands = [_on_show(key) for key in sample_brands()]
    context = sample_context() | {"brands": brands, "form": SampleForm({}), "pages": PAGES.items()}
    return render(request, "themes/styleguide/index.html", context)


def _on_show(key: str) -> dict[str, Any]:
    palette = palette_for(sample_brands()[key])
    return {
        "key": key,
        "name": NAMES[key],
        "palette": palette,
        "schemes": [
            (_("hell"), palette.light, palette.measurements("light")),
            (_("dunkel"), palette.dark, palette.measurements("dark")),
        ],
        "corrections": palette.corrections,
    }


@open_to
@require_safe
def sample_page(request: HttpRequest, key: str, page: str) -> HttpResponse:
    """A page of an invented town in one of the brands."""
    if page not in PAGES:
        raise Http404
    context = sample_context() | {
        "brand": sample_view(key),
        "form": SampleForm({"k": ""}),
        "languages": [LanguageLink("de", "Deutsch", "#", True), LanguageLink("en", "English", "#", False)],
        "signed_in": False,
    }
    return render(request, f"themes/styleguide/{page}.html", context)


@open_to
@require_safe
def sample_stylesheet(request: HttpRequest, key: str) -> HttpResponse:
    """The stylesheet of a brand on show."""
    css = sample_view(key).stylesheet
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers={"Cache-Control": "no-cache"})
