"""The few decisions a commune makes about its look; everything else is derived from them.

Contract: a `BrandTokens` that exists is valid. Build one from untrusted values with `BrandTokens.from_dict`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from django.utils.translation import gettext as _

from themes.colour import ColourError, parse
from themes.typefaces import TYPEFACES

SCENES: Final = ("gera", "wurzen", "augustusburg", "hills", "river", "coast", "village")
CRESTS: Final = ("gate", "boat", "castle", "tower", "tree", "wave", "house")


class BrandError(ValueError):
    """A brand value that cannot be used: `field`, a reason `code` and a sentence for the person who must
    act.
    """

    def __init__(self, field: str, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.code, self.sentence = field, code, sentence


@dataclass(frozen=True, slots=True)
class BrandTokens:
    """A brand in a dozen values. Colours are `#rrggbb`, radius in rem, tracking in em, density a factor."""

    primary: str = "#29486b"
    accent: str = "#f2c14e"
    typeface: str = "system"
    radius: float = 0.4
    density: float = 1.0
    head_weight: int = 0
    head_tracking: float | None = None
    tagline: str = ""
    scene: str = "hills"
    crest: str = "house"

    def __post_init__(self) -> None:
        for name in ("primary", "accent"):
            object.__setattr__(self, name, _colour(name, getattr(self, name)))
        _one_of("typeface", self.typeface, tuple(TYPEFACES))
        _one_of("scene", self.scene, SCENES)
        _one_of("crest", self.crest, CRESTS)
        object.__setattr__(self, "radius", _within("radius", self.radius, 0, 2))
        object.__setattr__(self, "density", _within("density", self.density, 0.8, 1.3))
        face = TYPEFACES[self.typeface]
        weight = self.head_weight or face.head_weight
        object.__setattr__(self, "head_weight", int(_within("head_weight", weight, 400, 900)))
        tracking = face.head_tracking if self.head_tracking is None else self.head_tracking
        object.__setattr__(self, "head_tracking", _within("head_tracking", tracking, -0.08, 0.05))
        if len(self.tagline) > 60:
            raise BrandError("tagline", "too-long", _("Der Beiname ist zu lang. Bitte höchstens 60 Zeichen angeben."))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> BrandTokens:
        """Build tokens from stored or submitted values; missing keys take the default, unknown keys are
        refused.
        """
        known = {field.name for field in fields(cls)}
        for key in values:
            if key not in known:
                raise BrandError(
                    str(key),
                    "unknown",
                    _("Die Angabe „%(key)s“ gibt es in einer Marke nicht.") % {"key": key},
                )
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """The values as JSON can store them."""
        return asdict(self)


def _colour(field: str, value: object) -> str:
    try:
        return parse(str(value))
    except ColourError:
        raise BrandError(
            field,
            "no-colour",
            _("„%(value)s“ ist keine Farbe. Richtig wäre zum Beispiel #a8101c oder oklch(0.46 0.2 28).")
            % {"value": value},
        ) from None


def _within(field: str, value: object, low: float, high: float) -> float:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        number = float("nan")
    if not low <= number <= high:
        raise BrandError(
            field,
            "out-of-range",
            _("Bitte geben Sie eine Zahl zwischen %(low)s und %(high)s an.") % {"low": low, "high": high},
        )
    return number


def _one_of(field: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BrandError(
            field,
            "unknown-choice",
            _("„%(value)s“ kennen wir nicht. Möglich sind: %(known)s.") % {"value": value, "known": ", ".join(known)},
        )
