"""Brands that come with us: the operator's own and the three towns of the demonstration."""

from __future__ import annotations

import zlib
from types import MappingProxyType
from typing import Final

from themes.tokens import BrandTokens

OPERATOR: Final = BrandTokens(
    primary="oklch(0.38 0.06 265)",
    accent="oklch(0.85 0.15 120)",
    typeface="hanken",
    radius=0.5,
    tagline="Betreiber",
)

DEMO_BRANDS: Final = MappingProxyType(
    {
        "gera": BrandTokens(
            primary="oklch(0.46 0.2 28)",
            accent="oklch(0.86 0.16 92)",
            typeface="source-sans",
            radius=0,
            head_tracking=-0.035,
            tagline="Otto-Dix-Stadt",
            scene="gera",
            crest="gate",
        ),
        "wurzen": BrandTokens(
            primary="oklch(0.43 0.105 235)",
            accent="oklch(0.84 0.145 75)",
            typeface="rounded",
            radius=1.1,
            density=1.1,
            tagline="Ringelnatzstadt",
            scene="wurzen",
            crest="boat",
        ),
        "augustusburg": BrandTokens(
            primary="oklch(0.36 0.085 10)",
            accent="oklch(0.88 0.06 95)",
            typeface="source-serif",
            radius=0.2,
            density=1.05,
            tagline="Die Stadt unter dem Schloss",
            scene="augustusburg",
            crest="castle",
        ),
    }
)

_COLOURS: Final = (
    ("oklch(0.42 0.1 255)", "oklch(0.86 0.15 90)"),
    ("oklch(0.42 0.09 160)", "oklch(0.88 0.12 100)"),
    ("oklch(0.4 0.11 20)", "oklch(0.87 0.09 85)"),
    ("oklch(0.4 0.08 215)", "oklch(0.85 0.12 65)"),
    ("oklch(0.38 0.1 300)", "oklch(0.87 0.13 115)"),
    ("oklch(0.42 0.09 50)", "oklch(0.88 0.11 92)"),
    ("oklch(0.37 0.06 270)", "oklch(0.84 0.12 40)"),
    ("oklch(0.4 0.07 185)", "oklch(0.88 0.14 110)"),
)
_FACES: Final = ("hanken", "source-serif", "manrope", "source-sans")
_PICTURES: Final = (("hills", "tree"), ("river", "wave"), ("village", "house"), ("hills", "tower"))


def suggested_brand(slug: str) -> BrandTokens:
    """A decent look to begin with, always the same for the same commune, so that no two neighbours need
    look alike.
    """
    number = zlib.crc32(slug.encode())
    primary, accent = _COLOURS[number % len(_COLOURS)]
    scene, crest = _PICTURES[number // 96 % len(_PICTURES)]
    return BrandTokens(
        primary=primary,
        accent=accent,
        typeface=_FACES[number // 24 % len(_FACES)],
        radius=(0.0, 0.3, 0.6, 1.0)[number // 400 % 4],
        scene=scene,
        crest=crest,
    )
