"""All colours of a brand, derived from two of them, for light, dark and high contrast.

Every pair of text and background that the stylesheet uses is listed in `PAIRS` and measured. Where the
commune's own
colour would fail WCAG 2.2 AA it is replaced by the nearest one that passes, and the replacement is reported
as a
`Correction`, so that the people who chose it can see what happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from themes.colour import Oklch, contrast, from_hex, to_hex
from themes.tokens import BrandTokens

Scheme = Literal["light", "dark"]
TEXT: Final = 4.5
SHAPE: Final = 3.0
ENHANCED: Final = 7.0
# A little more than the norm, so that a browser's rounding can't undo it.
MARGIN: Final = 0.05

STATES: Final = {"danger": (27.0, 0.19), "ok": (150.0, 0.12), "warn": (62.0, 0.11), "info": (250.0, 0.13)}
SURFACES: Final = ("paper", "sheet", "tint")

# text, background, ratio: what the stylesheet puts on what.
PAIRS: Final[tuple[tuple[str, str, float], ...]] = (
    *((ink, surface, TEXT) for ink in ("ink", "ink-soft", "brand-ink", *STATES) for surface in SURFACES),
    ("paper", "ink", TEXT),
    ("on-brand", "brand", TEXT),
    ("on-brand", "brand-deep", TEXT),
    ("accent-ink", "accent", TEXT),
    ("on-band", "band", TEXT),
    ("band", "on-band", TEXT),
    ("on-foot", "foot", TEXT),
    ("on-danger", "danger", TEXT),
    ("focus", "ring", TEXT),
)


ROLES: Final = {
    "brand": _(
        "Auf der Hauptfarbe %(given)s wäre Schrift kaum zu lesen (%(before)s : 1). "
        "Flächen verwenden %(used)s (%(after)s : 1)."
    ),
    "brand-ink": _(
        "Die Hauptfarbe %(given)s ist als Schrift auf hellem Grund zu schwach (%(before)s : 1). "
        "Schrift und Zeichen verwenden %(used)s (%(after)s : 1)."
    ),
    "accent": _(
        "Auf der Akzentfarbe %(given)s wäre Schrift kaum zu lesen (%(before)s : 1). "
        "Verwendet wird %(used)s (%(after)s : 1)."
    ),
}


@dataclass(frozen=True, slots=True)
class Correction:
    """A brand colour that could not be used as given for `token`, and what is used instead."""

    token: str
    given: str
    used: str
    ratio_before: float
    ratio_after: float

    @property
    def sentence(self) -> str:
        """What happened, for the people who chose the colour."""
        return ROLES[self.token] % {
            "given": self.given,
            "before": number_format(self.ratio_before, 1),
            "used": self.used,
            "after": number_format(self.ratio_after, 1),
        }


@dataclass(frozen=True, slots=True)
class Measurement:
    """One text/background pair of a scheme and its contrast."""

    text: str
    background: str
    ratio: float
    required: float

    @property
    def passes(self) -> bool:
        return self.ratio >= self.required


@dataclass(frozen=True, slots=True)
class Palette:
    """Resolved colours by scheme; `contrast_*` hold only what changes when someone asks for more contrast."""

    light: dict[str, str]
    dark: dict[str, str]
    contrast_light: dict[str, str]
    contrast_dark: dict[str, str]
    corrections: tuple[Correction, ...]

    def measurements(self, scheme: Scheme = "light", *, more_contrast: bool = False) -> list[Measurement]:
        """The contrast of every pair the stylesheet uses."""
        colours = dict(self.light if scheme == "light" else self.dark)
        if more_contrast:
            colours |= self.contrast_light if scheme == "light" else self.contrast_dark
        return [
            Measurement(text, ground, contrast(colours[text], colours[ground]), required)
            for text, ground, required in PAIRS
        ]


def legible(colour: Oklch, grounds: Iterable[str], ratio: float, *, darker: bool) -> str:
    """The colour nearest to `colour` that reaches `ratio` on all `grounds`, going darker or lighter only."""
    backgrounds = tuple(grounds)
    step = -0.005 if darker else 0.005
    lightness = colour.lightness
    while 0 <= lightness <= 1:
        candidate = to_hex(colour.at(lightness))
        if all(contrast(candidate, ground) >= ratio + MARGIN for ground in backgrounds):
            return candidate
        lightness += step
    return "#000000" if darker else "#ffffff"


def _tinted(base: Oklch, lightness: float, share: float, limit: float) -> str:
    return to_hex(base.at(lightness, min(base.chroma * share, limit)))


def _field(base: Oklch) -> tuple[str, str]:
    """A colour field and the text on it: light text if that works, else dark text, else the field gives
    way.
    """
    field = to_hex(base)
    light, dark = _tinted(base, 0.985, 0.06, 0.012), _tinted(base, 0.2, 0.5, 0.05)
    for text in (light, dark):
        if contrast(text, field) >= TEXT + MARGIN:
            return field, text
    return legible(base, [light], TEXT, darker=True), light


def _deeper(field: str, text: str) -> str:
    base = from_hex(field)
    darker = contrast(text, "#000000") > contrast(text, "#ffffff")
    moved = base.at(base.lightness + (-0.08 if darker else 0.06))
    return legible(moved, [text], TEXT, darker=darker)


def _scene(field: str, *, night: bool) -> dict[str, str]:
    """Four depths of a drawing that stands on the brand's field."""
    base = from_hex(field)
    light_field = base.lightness > 0.6
    far, mid, near = (-0.1, -0.22, -0.38) if light_field else (0.075, -0.085, -0.19)
    floor = 0.1 if night else 0.14
    return {
        "far": to_hex(base.at(base.lightness + far, base.chroma * 0.92)),
        "mid": to_hex(base.at(max(floor + 0.03, base.lightness + mid), base.chroma * 0.95)),
        "near": to_hex(base.at(max(floor, base.lightness + near), base.chroma * 0.75)),
        "glow": to_hex(base.at(0.93, min(base.chroma * 0.35, 0.05))),
    }


def _light(primary: Oklch, accent: Oklch, corrections: list[Correction]) -> dict[str, str]:
    given_primary, given_accent = to_hex(primary), to_hex(accent)
    colours = {
        "paper": _tinted(primary, 0.988, 0.04, 0.0045),
        "sheet": "#ffffff",
        "tint": _tinted(primary, 0.95, 0.22, 0.026),
        "line": _tinted(primary, 0.87, 0.18, 0.025),
        "ink": _tinted(primary, 0.22, 0.25, 0.05),
    }
    grounds = [colours[name] for name in SURFACES]
    colours["ink-soft"] = legible(primary.at(0.44, min(primary.chroma * 0.25, 0.04)), grounds, 5.5, darker=True)
    colours["brand"], colours["on-brand"] = _field(primary)
    colours["brand-deep"] = _deeper(colours["brand"], colours["on-brand"])
    colours["brand-ink"] = legible(primary, grounds, TEXT, darker=True)
    colours["accent"], colours["accent-ink"] = _accent(accent)
    colours["band"], colours["on-band"] = colours["accent"], colours["accent-ink"]
    colours["foot"], colours["on-foot"] = colours["ink"], colours["paper"]
    for state, (hue, chroma) in STATES.items():
        colours[state] = legible(Oklch(0.52, chroma, hue), grounds, TEXT, darker=True)
    colours["on-danger"] = "#ffffff"
    _note(corrections, "brand", given_primary, colours["brand"], [colours["on-brand"]])
    _note(corrections, "brand-ink", given_primary, colours["brand-ink"], grounds)
    _note(corrections, "accent", given_accent, colours["accent"], [colours["accent-ink"]])
    return colours | _scene(colours["brand"], night=False) | _ring(colours)


def _accent(accent: Oklch) -> tuple[str, str]:
    field = to_hex(accent)
    dark = to_hex(accent.at(0.25, min(accent.chroma * 0.5, 0.06)))
    light = to_hex(accent.at(0.985, min(accent.chroma * 0.1, 0.012)))
    for text in (dark, light):
        if contrast(text, field) >= TEXT + MARGIN:
            return field, text
    return legible(accent, [dark], TEXT, darker=False), dark


def _dark(light: dict[str, str], primary: Oklch, accent: Oklch) -> dict[str, str]:
    colours = {
        "paper": _tinted(primary, 0.185, 0.12, 0.015),
        "sheet": _tinted(primary, 0.225, 0.14, 0.018),
        "tint": _tinted(primary, 0.28, 0.25, 0.035),
        "line": _tinted(primary, 0.37, 0.2, 0.03),
        "ink": _tinted(primary, 0.94, 0.06, 0.012),
    }
    grounds = [colours[name] for name in SURFACES]
    colours["ink-soft"] = legible(primary.at(0.76, min(primary.chroma * 0.15, 0.025)), grounds, 5.5, darker=False)
    field = from_hex(light["brand"])
    colours["brand"], colours["on-brand"] = _field(field.at(min(field.lightness, 0.37), field.chroma * 0.85))
    colours["brand-deep"] = _deeper(colours["brand"], colours["on-brand"])
    colours["brand-ink"] = legible(primary.at(max(primary.lightness, 0.7)), grounds, TEXT, darker=False)
    colours["accent"], colours["accent-ink"] = light["accent"], light["accent-ink"]
    band = accent.at(0.32, min(accent.chroma, 0.07))
    colours["band"] = to_hex(band)
    colours["on-band"] = legible(accent.at(0.93, min(accent.chroma, 0.08)), [colours["band"]], TEXT, darker=False)
    colours["foot"] = _tinted(primary, 0.14, 0.12, 0.015)
    colours["on-foot"] = colours["ink"]
    for state, (hue, chroma) in STATES.items():
        colours[state] = legible(Oklch(0.74, chroma * 0.8, hue), grounds, TEXT, darker=False)
    colours["on-danger"] = to_hex(Oklch(0.18, 0.03, 27))
    return colours | _scene(colours["brand"], night=True) | _ring(colours)


def _ring(colours: dict[str, str]) -> dict[str, str]:
    """A focus ring of two colours so far apart that one of them stands out on any background.

    If both differ by a ratio r, then one of them reaches at least √r against whatever lies behind: 9:1 gives
    3:1.
    """
    ring, bright = ("#000000", "#ffffff")
    for candidate in (colours["accent"], colours["accent-ink"]):
        if contrast(candidate, ring) >= 9:
            bright = candidate
            break
    return {"focus": bright, "ring": ring}


def _note(corrections: list[Correction], token: str, given: str, used: str, grounds: list[str]) -> None:
    if given == used:
        return
    before = min(contrast(given, ground) for ground in grounds)
    after = min(contrast(used, ground) for ground in grounds)
    corrections.append(Correction(token, given, used, round(before, 2), round(after, 2)))


def _more_contrast(colours: dict[str, str], *, dark: bool) -> dict[str, str]:
    ground, ink = ("#000000", "#ffffff") if dark else ("#ffffff", "#000000")
    changed = {"paper": ground, "sheet": ground, "ink": ink, "ink-soft": ink, "line": ink}
    grounds = [ground, colours["tint"]]
    for name in ("brand-ink", *STATES):
        changed[name] = legible(from_hex(colours[name]), grounds, ENHANCED, darker=not dark)
    if dark:
        changed["on-danger"] = "#000000"
    return changed


@lru_cache(maxsize=256)
def palette_for(tokens: BrandTokens) -> Palette:
    """Derive every colour from the tokens. Pure: the same tokens give the same palette (so it may be
    remembered).
    """
    primary, accent = from_hex(tokens.primary), from_hex(tokens.accent)
    corrections: list[Correction] = []
    light = _light(primary, accent, corrections)
    dark = _dark(light, primary, accent)
    return Palette(light, dark, _more_contrast(light, dark=False), _more_contrast(dark, dark=True), tuple(corrections))
