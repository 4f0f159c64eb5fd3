"""Breadcrumbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cms.memory import address_of_page
from cms.placeholders import fill_text

if TYPE_CHECKING:
    from cms.models import PortalPage

HOME_DEPTH = 2


def trail_of(page: PortalPage, request: HttpRequest) -> list[dict[str, str]]:
    """The way from the home page to `page`, as the breadcrumbs component shows it; empty on the home page.

    The serving view leaves the ancestors it read on the request; a preview asks the database.
    """
    if page.depth <= HOME_DEPTH:
        return []
    ancestors: list[Any] | None = getattr(request, "cms_trail", None)
    if ancestors is None:
        ancestors = list(page.get_ancestors().filter(depth__gte=HOME_DEPTH)) if page.pk else []
    return [
        {
            "title": _("Startseite") if entry.depth == HOME_DEPTH else fill_text(entry.title),
            "url": address_of_page(entry),
        }
        for entry in [*ancestors, page]
    ]
