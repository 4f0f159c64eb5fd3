"""What can be asked about a brand. Answers are remembered in the process, apart for each commune."""

from __future__ import annotations

import threading
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from tenants.communes.eras import has_changed
from tenants.communes.invalidation import listening, watch
from tenants.communes.naming import spoken_name
from tenants.communes.scope import CommuneRef, current_commune
from themes.models import Brand
from themes.palette import palette_for
from themes.presets import OPERATOR
from themes.stylesheet import FONT_FOLDER, brand_css, fingerprint
from themes.tokens import BrandTokens
from themes.typefaces import TYPEFACES
from themes.view import BrandView

MOST_REMEMBERED = 2048


class _Memory:
    """Brands by schema. A brand read before a change was announced must not be stored after it: `era`
    tells.
    """

    def __init__(self) -> None:
        self.views: dict[str, BrandView] = {}
        # how communes looked when this process stopped hearing of changes: for pages that must not ask
        self.before: dict[str, BrandView] = {}
        self.era = 0
        self.lock = threading.Lock()

    def keep(self, schema: str, view: BrandView, era: int) -> None:
        with self.lock:
            if era == self.era and listening() and not has_changed() and len(self.views) < MOST_REMEMBERED:
                self.views[schema] = view

    def forget(self, schema: str) -> None:
        with self.lock:
            self.era += 1
            if schema:
                self.views.pop(schema, None)
                self.before.pop(schema, None)
            else:
                self.views.clear()
                self.before.clear()

    def set_aside(self) -> None:
        with self.lock:
            self.era += 1
            self.before.update(self.views)
            self.views.clear()


_memory = _Memory()


@watch("pages", on_loss=_memory.set_aside)
def forget_brand(schema: str) -> None:
    """The commune of `schema` changed something visible; “” forgets all."""
    _memory.forget(schema)


@watch("hosts", on_loss=_memory.set_aside)
def forget_names(_payload: str) -> None:
    """A commune's name or host changed somewhere."""
    _memory.forget("")


def brand_for_current_commune() -> BrandView:
    """The brand of the commune this request or task works for; outside of any, the operator's. No query
    when warm.
    """
    commune = current_commune()
    if commune is None:
        return operator_brand()
    return _memory.views.get(commune.schema) or _read(commune)


def remembered_brand(commune: CommuneRef) -> BrandView | None:
    """The brand if this process knows it, or knew it before the database was lost: for pages that must not ask."""
    return _memory.views.get(commune.schema) or _memory.before.get(commune.schema)


def _read(commune: CommuneRef) -> BrandView:
    era = _memory.era
    brand = Brand.objects.filter(pk=1).first()
    view = view_of(
        name=commune.name,
        official_name=spoken_name(commune.official_name),
        tokens=brand.tokens if brand else BrandTokens(),
        files=(brand.logo.name or "", brand.crest_file.name or "", brand.font.name or "") if brand else ("", "", ""),
    )
    _memory.keep(commune.schema, view, era)
    return view


def operator_brand() -> BrandView:
    """The look of the console and of the platform's own public page."""
    return view_of(name="Rathausplatz", official_name="Rathausplatz", tokens=OPERATOR)


def view_of(
    *, name: str, official_name: str, tokens: BrandTokens, files: tuple[str, str, str] = ("", "", "")
) -> BrandView:
    """Resolve tokens into everything templates need. `files` are the stored names of logo, crest and
    typeface.
    """
    logo, crest, font = files
    own_font_url = f"/brand.{fingerprint(font)}.woff2" if font else ""
    css = brand_css(tokens, palette_for(tokens), font_url=font_url, own_font_url=own_font_url or None)
    mark = fingerprint(css + tokens.crest)
    faces = TYPEFACES[tokens.typeface].faces[:1]
    preloads = (own_font_url,) if own_font_url else tuple(font_url(FONT_FOLDER + face.file) for face in faces)
    return BrandView(
        name=name,
        official_name=official_name,
        tokens=tokens,
        stylesheet=css,
        stylesheet_url=f"/brand.{mark}.css",
        icon_url=f"/brand.{mark}.svg",
        fonts=tuple(url for url in preloads if url),
        logo_url=f"/brand.{fingerprint(logo)}.logo" if logo else "",
        crest_url=f"/brand.{fingerprint(crest)}.crest" if crest else "",
    )


def font_url(path: str) -> str | None:
    """The address of a built typeface file, or None where it has not been built."""
    collected = settings.STATIC_ROOT and (Path(settings.STATIC_ROOT) / path).is_file()
    try:
        return static(path) if collected or finders.find(path) else None
    except ValueError:
        # a manifest made before the typefaces were built does not know them
        return None
