"""The commune's own stylesheet: resolved colours, corners and typeface, at most 2 kB, named by its
content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from themes.palette import Palette
from themes.tokens import BrandTokens
from themes.typefaces import SYSTEM_STACK, TYPEFACES

FONT_FOLDER = "fonts/"


def brand_css(
    tokens: BrandTokens,
    palette: Palette,
    *,
    font_url: Callable[[str], str | None],
    own_font_url: str | None = None,
) -> str:
    """Write the stylesheet.

    `font_url` turns a static path into an address, or None where the file has not been built: then the
    system's
    typeface is used and nothing is requested in vain. `own_font_url` is a typeface the commune uploaded.
    """
    return "".join(
        (
            "@layer brand{",
            *_faces(tokens, font_url, own_font_url),
            ":root{", _variables(palette.light), _shape(tokens, own_font_url), "}",
            "@media screen and (prefers-color-scheme:dark){:root{",
            _changes(palette.light, palette.dark), "}}",
            "@media(prefers-contrast:more){:root{", _variables(palette.contrast_light), "}}",
            "@media screen and (prefers-contrast:more) and (prefers-color-scheme:dark){:root{",
            _changes(palette.contrast_light, palette.contrast_dark), "}}}",
        )
    )  # fmt: skip


def fingerprint(css: str) -> str:
    """The hash in `/brand.<hash>.css`."""
    return hashlib.sha256(css.encode()).hexdigest()[:12]


def _short(colour: str) -> str:
    return "#" + colour[1::2] if colour[1::2] == colour[2::2] else colour


def _variables(colours: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{_short(value)}" for name, value in colours.items())


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    return _variables({name: value for name, value in after.items() if before.get(name) != value})


def _shape(tokens: BrandTokens, own_font_url: str | None) -> str:
    face = TYPEFACES[tokens.typeface]
    head = f"Eigene,{face.head}" if own_font_url else face.head
    body = face.body.replace(SYSTEM_STACK, "system-ui,'Segoe UI',Roboto,sans-serif")
    head = "var(--body)" if head == face.body else head
    return (
        f";--body:{body};--head:{head};--radius:{tokens.radius:g}rem;--density:{tokens.density:g}"
        f";--head-weight:{tokens.head_weight};--head-tracking:{tokens.head_tracking:g}em"
    )


def _faces(tokens: BrandTokens, font_url: Callable[[str], str | None], own_font_url: str | None) -> list[str]:
    rules = [_face("Eigene", "100 900", own_font_url)] if own_font_url else []
    for face in TYPEFACES[tokens.typeface].faces:
        if url := font_url(FONT_FOLDER + face.file):
            rules.append(_face(face.family, face.weight, url))
    return rules


def _face(family: str, weight: str, url: str) -> str:
    return (
        f'@font-face{{font-family:\'{family}\';font-weight:{weight};font-display:swap;src:url("{url}")format("woff2")}}'
    )
