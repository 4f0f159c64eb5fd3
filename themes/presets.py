"""Brands that come with us: the operator's own and the three towns of the demonstration."""

from __future__ import annotations

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
            typeface="manrope",
            radius=0,
            head_weight=800,
            head_tracking=-0.05,
            tagline="Otto-Dix-Stadt",
            scene="gera",
            crest="gate",
        ),
        "wurzen": BrandTokens(
            primary="oklch(0.43 0.105 235)",
            accent="oklch(0.84 0.145 75)",
            typeface="hanken",
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
