"""Colour arithmetic: sRGB, OKLab/OKLCH and the contrast ratio of WCAG 2.2.

Everything that leaves this module as a screen colour is a ``#rrggbb`` string: what is measured is what is
shown.
Sources: CSS Color 4 § 10 (OKLab), § 13 (gamut mapping by reducing chroma), WCAG 2.2 "relative luminance".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

HEX = re.compile(r"^#(?:[0-9a-f]{3}|[0-9a-f]{6})$", re.IGNORECASE)
OKLCH = re.compile(r"^oklch\(\s*(?P<l>[\d.]+%?)\s+(?P<c>[\d.]+%?)\s+(?P<h>-?[\d.]+)(?:deg)?\s*\)$", re.IGNORECASE)


LONGEST_COLOUR = 60


class ColourError(ValueError):
    """A text that names no colour we understand."""


@dataclass(frozen=True, slots=True)
class Oklch:
    """A colour by lightness (0–1), chroma (0–0.4) and hue (degrees)."""

    lightness: float
    chroma: float
    hue: float

    def at(self, lightness: float | None = None, chroma: float | None = None) -> Oklch:
        """The same hue with another lightness or chroma."""
        return Oklch(
            self.lightness if lightness is None else min(1.0, max(0.0, lightness)),
            self.chroma if chroma is None else max(0.0, chroma),
            self.hue,
        )


def parse(text: str) -> str:
    """Turn ``#rgb``, ``#rrggbb`` or ``oklch(L C H)`` into ``#rrggbb``; raise ColourError for anything
    else.
    """
    if len(text) > LONGEST_COLOUR:
        raise ColourError(text[:LONGEST_COLOUR])
    value = text.strip()
    if HEX.match(value):
        digits = value[1:].lower()
        return "#" + ("".join(d * 2 for d in digits) if len(digits) == 3 else digits)
    if match := OKLCH.match(value):
        try:
            return to_hex(Oklch(_number(match["l"], 1.0), _number(match["c"], 0.4), float(match["h"]) % 360))
        except ValueError as error:
            raise ColourError(text) from error
    raise ColourError(text)


def _number(text: str, whole: float) -> float:
    return float(text[:-1]) / 100 * whole if text.endswith("%") else float(text)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def linear_rgb(colour: str) -> tuple[float, float, float]:
    """The linear-light channels (0–1) of a ``#rrggbb`` colour."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return red, green, blue


def from_hex(colour: str) -> Oklch:
    """``#rrggbb`` as OKLCH."""
    r, g, b = linear_rgb(colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b_axis = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    chroma = math.hypot(a, b_axis)
    hue = math.degrees(math.atan2(b_axis, a)) % 360 if chroma > 1e-4 else 0.0
    return Oklch(lightness, chroma if chroma > 1e-4 else 0.0, hue)


def _to_linear(colour: Oklch) -> tuple[float, float, float]:
    a = colour.chroma * math.cos(math.radians(colour.hue))
    b = colour.chroma * math.sin(math.radians(colour.hue))
    long = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _in_gamut(colour: Oklch) -> bool:
    return all(-1e-4 <= channel <= 1 + 1e-4 for channel in _to_linear(colour))


def map_to_gamut(colour: Oklch) -> Oklch:
    """The nearest displayable colour: same lightness and hue, as much chroma as sRGB can show."""
    if colour.lightness <= 0 or colour.lightness >= 1:
        return Oklch(min(1.0, max(0.0, colour.lightness)), 0.0, colour.hue)
    if _in_gamut(colour):
        return colour
    low, high = 0.0, colour.chroma
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if _in_gamut(colour.at(chroma=middle)) else (low, middle)
    return colour.at(chroma=low)


def to_hex(colour: Oklch) -> str:
    """OKLCH as ``#rrggbb``, gamut-mapped."""
    channels = (_encoded(min(1.0, max(0.0, c))) for c in _to_linear(map_to_gamut(colour)))
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    red, green, blue = linear_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1–21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
