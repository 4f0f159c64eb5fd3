"""The current commune's letterhead, from its brand."""

from __future__ import annotations

import base64
import logging
import mimetypes

from services.documents import fonts
from services.documents.rendering import Letterhead
from tenants.communes.confinement.budget import Refused
from themes.examining import drawings
from themes.models import Brand
from themes.queries import brand_for_current_commune
from themes.typefaces import TYPEFACES
from themes.view import BrandView

logger = logging.getLogger(__name__)


def current_letterhead() -> Letterhead:
    """Brand → letterhead. System typefaces cannot be embedded and become the default one."""
    brand = brand_for_current_commune()
    typeface = TYPEFACES[brand.tokens.typeface]
    heading = fonts.embeddable(typeface.head)
    return Letterhead(
        issuer=brand.official_name,
        tagline=brand.tagline,
        crest=_crest(brand),
        is_wide=bool(brand.logo_url and not brand.crest_url),
        palette={name: brand.palette.light[name] for name in ("brand", "on-brand")},
        heading_family=heading or fonts.BODY,
        body_family=fonts.embeddable(typeface.body) or fonts.BODY,
        heading_weight=typeface.head_weight if heading else 700,
    )


def _crest(brand: BrandView) -> str:
    """The uploaded crest, or else the logo, or else our own drawing, as a data: address."""
    if not (brand.crest_url or brand.logo_url):
        return _data_uri(brand.crest_file.encode(), "image/svg+xml")
    stored = Brand.objects.get(pk=1)
    upload = stored.crest_file or stored.logo
    with upload.open("rb") as file:
        content = file.read()
    kind = mimetypes.guess_type(str(upload.name))[0] or "image/png"
    if kind == "image/svg+xml" and not _may_be_drawn(content):
        return _data_uri(brand.crest_file.encode(), "image/svg+xml")
    return _data_uri(content, kind)


def _may_be_drawn(content: bytes) -> bool:
    """Whether a stored drawing keeps to today's limits; those stored before there were any may not."""
    try:
        drawings.examine(content)
    except Refused as refusal:
        logger.error("the stored crest is not drawn: %s; upload it again", refusal.code)
        return False
    return True


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
