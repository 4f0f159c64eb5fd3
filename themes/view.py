"""What templates, mails and letters see of a brand."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from themes.crests import CREST_SHAPES, crest_file
from themes.palette import Correction, Palette, palette_for
from themes.tokens import BrandTokens


@dataclass(frozen=True, slots=True)
class BrandView:
    """A commune's brand, ready to show. Immutable, so that one process may share it between requests."""

    name: str
    official_name: str
    tokens: BrandTokens
    stylesheet: str
    stylesheet_url: str
    icon_url: str
    fonts: tuple[str, ...] = ()
    logo_url: str = ""
    crest_url: str = ""

    @property
    def tagline(self) -> str:
        return self.tokens.tagline

    @property
    def palette(self) -> Palette:
        return palette_for(self.tokens)

    @property
    def corrections(self) -> tuple[Correction, ...]:
        return self.palette.corrections

    @property
    def crest_svg(self) -> SafeString:
        """Our own drawing, coloured by the stylesheet's classes."""
        return CREST_SHAPES[self.tokens.crest]

    @property
    def crest_file(self) -> str:
        """The same drawing with its colours written in: for favicons, mails and letters."""
        light = self.palette.light
        return crest_file(self.tokens.crest, brand=light["brand"], accent=light["accent"], on_brand=light["on-brand"])

    @property
    def scene_template(self) -> str:
        return f"themes/scenes/{self.tokens.scene}.svg"

    @property
    def is_dark_capable(self) -> bool:
        """Every palette has a dark side; a commune cannot choose one that has not."""
        return True
