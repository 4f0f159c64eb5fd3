"""The typefaces a brand may choose from: which files they need and how the families are stacked.

No font file lives in the repository: `themes.fonts.build_fonts` makes them from the packages named here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SYSTEM_STACK: Final = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"
SERIF_STACK: Final = "'Iowan Old Style','Palatino Linotype',Palatino,Georgia,serif"
ROUND_STACK: Final = "ui-rounded,'SF Pro Rounded','Arial Rounded MT Bold',Quicksand,"


@dataclass(frozen=True, slots=True)
class Face:
    """One WOFF2 file made at build time: family name, weight (a range for a variable font), and its
    source.
    """

    family: str
    weight: str
    file: str
    package: str
    source: str
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class Typeface:
    """What one choice in the brand editor means."""

    key: str
    label: str
    head: str
    body: str
    faces: tuple[Face, ...]
    head_weight: int
    head_tracking: float


def _face(family: str, weight: str, package: str, source: str, *, rounded: bool = False) -> Face:
    name = f"{family.lower().replace(' ', '-')}-{weight.split()[0]}.woff2"
    return Face(family, weight, name, package, source, rounded)


SANS_TEXT: Final = (
    _face("Source Sans", "400", "font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    _face("Source Sans", "600", "font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
)
SANS_HEAD: Final = _face("Source Sans", "900", "font_source_sans_pro", "SourceSansPro-Black.ttf")
SERIF_HEAD: Final = _face("Source Serif", "600", "font_source_serif_pro", "SourceSerifPro-Semibold.ttf")
MANROPE: Final = _face("Manrope", "200 800", "font_manrope", "Manrope-VariableFont_wght.ttf")
ROUND: Final = (
    _face("Rund", "800", "font_manrope", "Manrope-ExtraBold.ttf", rounded=True),
    _face("Rund", "400", "font_manrope", "Manrope-Regular.ttf", rounded=True),
)
HANKEN: Final = (
    _face("Hanken Grotesk", "400", "font_hanken_grotesk", "HankenGrotesk-Regular.otf"),
    _face("Hanken Grotesk", "700", "font_hanken_grotesk", "HankenGrotesk-Bold.otf"),
)

TYPEFACES: Final[dict[str, Typeface]] = {
    face.key: face
    for face in (
        Typeface("system", "Systemschrift", SYSTEM_STACK, SYSTEM_STACK, (), 700, -0.02),
        Typeface(
            "system-rounded",
            "Systemschrift, rund",
            ROUND_STACK + SYSTEM_STACK,
            ROUND_STACK + SYSTEM_STACK,
            (),
            800,
            -0.02,
        ),
        Typeface(
            "source-serif",
            "Source Serif und Source Sans",
            f"'Source Serif',{SERIF_STACK}",
            f"'Source Sans',{SYSTEM_STACK}",
            (SERIF_HEAD, *SANS_TEXT),
            600,
            -0.02,
        ),
        Typeface(
            "source-sans",
            "Source Sans",
            f"'Source Sans',{SYSTEM_STACK}",
            f"'Source Sans',{SYSTEM_STACK}",
            (SANS_HEAD, *SANS_TEXT),
            900,
            -0.02,
        ),
        Typeface(
            "manrope",
            "Manrope",
            f"Manrope,{SYSTEM_STACK}",
            f"Manrope,{SYSTEM_STACK}",
            (MANROPE,),
            800,
            -0.045,
        ),
        Typeface(
            "rounded",
            "Rund (aus Manrope geschnitten)",
            f"Rund,{ROUND_STACK}{SYSTEM_STACK}",
            f"Rund,{ROUND_STACK}{SYSTEM_STACK}",
            ROUND,
            800,
            -0.035,
        ),
        Typeface(
            "hanken",
            "Hanken Grotesk",
            f"'Hanken Grotesk',{SYSTEM_STACK}",
            f"'Hanken Grotesk',{SYSTEM_STACK}",
            HANKEN,
            700,
            -0.025,
        ),
    )
}
