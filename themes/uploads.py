"""Checks of what a commune uploads for its brand, by content and never by name.

Each check returns a `CheckedFile` with a name of ours, or raises `BrandError` with a sentence for the
uploader.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont, TTLibError
from PIL import Image, UnidentifiedImageError

from themes.fonts import LIMIT, subset_latin
from themes.tokens import BrandError

LARGEST_IMAGE: Final = 1_000_000
LARGEST_FONT: Final = 2_000_000
LONGEST_SIDE: Final = 4000
FORMATS: Final = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
SVG_START: Final = re.compile(rb"^\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<svg[\s>]", re.DOTALL | re.IGNORECASE)
DANGEROUS: Final = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "animate", "set"}
)
GERMAN: Final = "ÄÖÜäöüß€0123456789"
RESTRICTED_LICENCE: Final = 0x0002


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """Content that passed, under a name made of its hash."""

    name: str
    content: bytes

    def as_file(self) -> ContentFile[bytes]:
        return ContentFile(self.content, name=self.name)


def _named(stem: str, content: bytes, ending: str) -> CheckedFile:
    return CheckedFile(f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}", content)


def _read(field: str, upload: UploadedFile, largest: int) -> bytes:
    if (upload.size or 0) > largest:
        raise BrandError(
            field,
            "too-large",
            _("Die Datei ist zu groß. Erlaubt sind höchstens %(size)s kB.") % {"size": largest // 1000},
        )
    upload.seek(0)
    return bytes(upload.read())


def check_image(field: str, upload: UploadedFile) -> CheckedFile:
    """A logo or crest: SVG without anything active, or a PNG, JPEG or WebP that really is one."""
    content = _read(field, upload, LARGEST_IMAGE)
    if SVG_START.match(content):
        _refuse_active_svg(field, content)
        return _named(field, content, "svg")
    try:
        with Image.open(io.BytesIO(content)) as image:
            kind, width, height = image.format or "", *image.size
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        kind, width, height = "", 0, 0
    if kind not in FORMATS:
        raise BrandError(
            field,
            "no-image",
            _("Diese Datei ist kein Bild. Bitte laden Sie ein SVG, PNG, JPEG oder WebP hoch."),
        )
    if max(width, height) > LONGEST_SIDE:
        raise BrandError(
            field,
            "too-many-pixels",
            _("Das Bild ist zu groß: höchstens %(side)s Pixel je Seite.") % {"side": LONGEST_SIDE},
        )
    return _named(field, content, FORMATS[kind])


def _refuse_active_svg(field: str, content: bytes) -> None:
    broken = BrandError(
        field,
        "broken-svg",
        _("Dieses SVG ist fehlerhaft. Bitte speichern Sie es neu und versuchen Sie es wieder."),
    )
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
        content = re.sub(rb"<!DOCTYPE svg PUBLIC[^>\[]*>", b"", content)
        if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
            raise broken
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 (no doctype and no entities: see above)
    except ElementTree.ParseError:
        raise broken from None
    for element in root.iter():
        if problem := _active_part(element):
            raise BrandError(
                field,
                "active-svg",
                _("Dieses SVG enthält aktive Inhalte (%(part)s). Bitte speichern Sie es ohne diese.")
                % {"part": problem},
            )


def _active_part(element: ElementTree.Element) -> str:
    tag = str(element.tag).rsplit("}", 1)[-1].lower()
    if tag in DANGEROUS:
        return tag
    if tag == "style" and re.search(r"@import|url\(\s*['\"]?(?!#)", element.text or "", re.IGNORECASE):
        return "style"
    for name, value in element.attrib.items():
        short = name.rsplit("}", 1)[-1].lower()
        outside = value.strip() and not value.strip().startswith(("#", "data:image/png", "data:image/jpeg"))
        if short.startswith("on") or (short in ("href", "src") and outside):
            return short
        if re.search(r"url\(\s*['\"]?(?!#)|javascript:", value, re.IGNORECASE):
            return short
    return ""


def check_font(field: str, upload: UploadedFile) -> CheckedFile:
    """A typeface: WOFF2 with German letters, allowed to be embedded; reduced to Latin and at most 40 kB."""
    content = _read(field, upload, LARGEST_FONT)
    if not content.startswith(b"wOF2"):
        raise BrandError(
            field,
            "no-woff2",
            _("Diese Datei ist keine WOFF2-Schrift. Bitte laden Sie eine WOFF2-Datei hoch."),
        )
    try:
        font = TTFont(io.BytesIO(content))
        covered, licence = set(font.getBestCmap() or ()), font["OS/2"].fsType
    except (TTLibError, KeyError, ValueError, AssertionError, OSError, EOFError, Exception):  # noqa: BLE001
        raise BrandError(
            field,
            "broken-font",
            _("Diese Schrift lässt sich nicht lesen. Vermutlich ist die Datei beschädigt."),
        ) from None
    missing = "".join(letter for letter in GERMAN if ord(letter) not in covered)
    if missing:
        raise BrandError(
            field, "letters-missing", _("Dieser Schrift fehlen Zeichen: %(letters)s.") % {"letters": missing}
        )
    if licence & 0x000F == RESTRICTED_LICENCE:
        raise BrandError(
            field, "licence", _("Diese Schrift darf nach ihrer Lizenz nicht in Webseiten eingebettet werden.")
        )
    small = subset_latin(font)
    if len(small) > LIMIT:
        raise BrandError(
            field,
            "font-too-large",
            _("Diese Schrift ist mit %(size)s kB zu groß. Erlaubt sind 40 kB, etwa ein einziger Schnitt.")
            % {"size": len(small) // 1000},
        )
    return _named(field, small, "woff2")
