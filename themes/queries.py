"""What can be asked about a brand."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from themes.palette import palette_for
from themes.presets import OPERATOR
from themes.stylesheet import FONT_FOLDER, brand_css, fingerprint
from themes.tokens import BrandTokens
from themes.typefaces import TYPEFACES
from themes.view import BrandView


def font_url(path: str) -> str | None:
    """The address of a built typeface file, or None where it has not been built."""
    collected = settings.STATIC_ROOT and (Path(settings.STATIC_ROOT) / path).is_file()
    try:
        return static(path) if collected or finders.find(path) else None
    except ValueError:
        # A manifest made before the typefaces were built does not know them.
        return None


def view_of(
    *, name: str, official_name: str, tokens: BrandTokens, logo_url: str = "", own_font_url: str = ""
) -> BrandView:
    """Resolve tokens into everything templates need. No database."""
    css = brand_css(tokens, palette_for(tokens), font_url=font_url, own_font_url=own_font_url or None)
    mark = fingerprint(css + tokens.crest)
    faces = TYPEFACES[tokens.typeface].faces
    first = [url for face in faces[:1] if (url := font_url(FONT_FOLDER + face.file))]
    return BrandView(
        name=name,
        official_name=official_name,
        tokens=tokens,
        stylesheet=css,
        stylesheet_url=f"/brand.{mark}.css",
        icon_url=f"/brand.{mark}.svg",
        fonts=(own_font_url,) if own_font_url else tuple(first),
        logo_url=logo_url,
    )


def operator_brand() -> BrandView:
    """The look of the console and of the platform's own public page."""
    return view_of(name="Rathausplatz", official_name="Rathausplatz", tokens=OPERATOR)


def brand_for_current_commune() -> BrandView:
    """The brand of the commune this request or task works for; outside of one, the operator's."""
    return operator_brand()
