"""Stylesheet and letterhead of PDF letters: DIN 5008 form B, WeasyPrint, resolved colours.

Letters are black on white whatever the screen does; the brand gives the rule, the mark and the typeface.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string

from themes.typefaces import TYPEFACES
from themes.view import BrandView


def letter_css(brand: BrandView) -> str:
    """CSS for WeasyPrint: page, address field, typeface from the built files (the system's if none were
    built).
    """
    face = TYPEFACES[brand.tokens.typeface]
    folder = Path(settings.FONTS_DIR)
    fonts = [
        {"family": item.family, "weight": item.weight, "url": (folder / item.file).as_uri()}
        for item in face.faces
        if (folder / item.file).is_file()
    ]
    light = brand.palette.light
    return render_to_string(
        "themes/letter.css",
        {
            "fonts": fonts,
            "body": face.body,
            "head": face.head,
            "ink": light["ink"],
            "soft": light["ink-soft"],
            "brand": light["brand"],
            "brand_ink": light["brand-ink"],
            "accent": light["accent"],
            "line": light["line"],
            "tint": light["tint"],
            "weight": brand.tokens.head_weight,
        },
    )
