"""The brand where no context processor runs: error pages. Never asks the database."""

from __future__ import annotations

from django import template

from tenants.communes.scope import CommuneRef, current_commune
from themes.queries import operator_brand, remembered_brand, view_of
from themes.tokens import BrandTokens
from themes.view import BrandView

register = template.Library()


@register.simple_tag
def brand_without_asking(commune: CommuneRef | None = None, known: BrandView | str | None = None) -> BrandView:
    """The brand the view knows already; else what this process remembers; else a plain one with the
    commune's name; else the operator's.
    """
    if isinstance(known, BrandView):
        return known
    commune = commune or current_commune()
    if commune is None:
        return operator_brand()
    return remembered_brand(commune) or view_of(
        name=commune.name, official_name=commune.official_name, tokens=BrandTokens()
    )
