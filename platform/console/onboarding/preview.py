"""What a brand will look like, and what had to be corrected so that everyone can read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.onboarding.forms import BRAND_TOKENS
from themes.palette import Correction, palette_for
from themes.tokens import BrandError, BrandTokens

WHERE = {
    "brand": _("Farbfeld im Kopf"),
    "brand-ink": _("Hauptfarbe als Schrift"),
    "accent": _("Akzentfläche"),
}


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """A correction in words."""

    where: str | Promise
    given: str
    used: str
    ratio_before: float
    ratio_after: float


@dataclass(frozen=True, slots=True)
class Preview:
    """Colours and corner of a small picture of the portal, and the corrections."""

    colours: dict[str, str]
    corner: float
    head_family: str
    corrections: tuple[ShownCorrection, ...]


def preview_of(answers: Mapping[str, Any]) -> Preview | None:
    """The preview of the answers' brand, None while they are no brand."""
    try:
        tokens = BrandTokens.from_dict({name: answers[name] for name in BRAND_TOKENS if answers.get(name)})
    except BrandError:
        return None
    palette = palette_for(tokens)
    colours = {name.replace("-", "_"): value for name, value in palette.light.items()}
    return Preview(
        colours=colours,
        corner=round(tokens.radius * 16, 1),
        head_family=tokens.typeface,
        corrections=tuple(_shown(correction) for correction in palette.corrections),
    )


def _shown(correction: Correction) -> ShownCorrection:
    return ShownCorrection(
        WHERE.get(correction.token, correction.token),
        correction.given,
        correction.used,
        correction.ratio_before,
        correction.ratio_after,
    )
