"""What the base of PDF letters needs. Letters are no web pages: their style and mark stand inside the
file.
"""

from __future__ import annotations

import base64
import mimetypes

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from themes.letterhead import letter_css
from themes.models import Brand
from themes.view import BrandView

register = template.Library()


@register.simple_tag
def letter_stylesheet(brand: BrandView) -> SafeString:
    """The letter's CSS, made from validated tokens only."""
    return mark_safe(letter_css(brand))  # noqa: S308


@register.simple_tag
def letter_mark(brand: BrandView) -> SafeString:
    """The commune's crest or logo as an image in the file; our own drawing where it has uploaded none."""
    if not (brand.crest_url or brand.logo_url):
        return mark_safe(brand.crest_file)  # noqa: S308
    stored = Brand.objects.get(pk=1)
    file = stored.crest_file or stored.logo
    with file.open("rb") as handle:
        content = base64.b64encode(handle.read()).decode()
    kind = mimetypes.guess_type(file.name)[0] or "image/png"
    return format_html('<img alt="" src="data:{};base64,{}">', kind, content)
