"""The current commune's letterhead, from its brand."""

from __future__ import annotations

from services.documents import fonts
from services.documents.rendering import Letterhead
from themes.queries import brand_for_current_commune
from themes.typefaces import TYPEFACES


def current_letterhead() -> Letterhead:
    """Brand → letterhead. System typefaces cannot be embedded and become the default one."""
    brand = brand_for_current_commune()
    typeface = TYPEFACES[brand.tokens.typeface]
    heading = fonts.embeddable(typeface.head)
    return Letterhead(
        issuer=brand.official_name,
        tagline=brand.tagline,
        crest_svg=brand.crest_file,
        palette={name: brand.palette.light[name] for name in ("brand", "on-brand")},
        heading_family=heading or fonts.BODY,
        body_family=fonts.embeddable(typeface.body) or fonts.BODY,
        heading_weight=typeface.head_weight if heading else 700,
    )
