"""Marks drawn by us, one shield with a sign: never a real coat of arms, which belongs to its town."""

# ruff: noqa: E501 (drawings are one line each)
from __future__ import annotations

from types import MappingProxyType
from typing import Final

from django.utils.safestring import SafeString

SHIELD: Final = '<path class="c-brand" d="M2 2h36v22c0 10-8 16-18 18C10 40 2 34 2 24z"/>'

SIGNS: Final = {
    "gate": '<path class="c-accent" d="M9 33V12h5v4h3.5V9h5v7H26v-4h5v21h-7v-7a4 4 0 0 0-8 0v7z"/>',
    "boat": '<path class="c-accent" d="M7 26h26l-5.5 8h-15zM20.5 7v16H32z"/><path class="c-on" d="M18 11v12H9z"/>',
    "castle": '<path class="c-accent" d="M7 32V13l4-5 4 5v4h10v-4l4-5 4 5v19h-9v-5a4 4 0 0 0-8 0v5z"/>',
    "tower": '<path class="c-accent" d="M14 33V18h-2v-6h4v3h2.5v-3h3v3H24v-3h4v6h-2v15h-3.5v-6h-5v6zM20 5l5 4H15z"/>',
    "tree": '<path class="c-accent" d="M20 6c7 4 10 9 10 13 0 5-4 7-8 7v8h-4v-8c-4 0-8-2-8-7 0-4 3-9 10-13z"/>',
    "wave": '<path class="c-accent" d="M6 14c5-5 9-5 14 0s9 5 14 0v5c-5 5-9 5-14 0s-9-5-14 0zM6 24c5-5 9-5 14 0s9 5 14 0v3'
    'c-5 6-9 6-14 1s-8-5-13-1z"/>',
    "house": '<path class="c-accent" d="M9 33V18L20 8l11 10v15h-7v-9h-8v9z"/>',
}


def crest_file(key: str, *, brand: str, accent: str, on_brand: str) -> str:
    """The mark as a file of its own (favicon, mail, letter): colours written in, no stylesheet needed."""
    shapes = SHIELD + SIGNS[key]
    for name, colour in (("brand", brand), ("accent", accent), ("on", on_brand)):
        shapes = shapes.replace(f'class="c-{name}"', f'fill="{colour}"')
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 44">{shapes}</svg>'


CREST_SHAPES: Final = MappingProxyType(
    {
        key: SafeString(f'<svg viewBox="0 0 40 44" aria-hidden="true" focusable="false">{SHIELD}{sign}</svg>')
        for key, sign in SIGNS.items()
    }
)
