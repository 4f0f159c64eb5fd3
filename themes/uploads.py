"""Checks of what a commune uploads for its brand, by content and never by name.

Each check returns a `CheckedFile` with a name of ours, or raises `BrandError` with a sentence for the
uploader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from tenants.communes.confinement.budget import MEBIBYTE, Budget, Refused
from tenants.communes.confinement.faults import ConfinementError
from tenants.communes.confinement.running import confined
from tenants.communes.scanning import UploadUnwanted, scan_upload
from themes.examining import drawings, pictures, proof_drawing, typefaces
from themes.tokens import BrandError

LARGEST_IMAGE: Final = 1_000_000
LARGEST_FONT: Final = 2_000_000
LONGEST_SIDE: Final = 4000
FORMATS: Final = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
DRAWING: Final = Budget(bytes_in=LARGEST_IMAGE, seconds=2, memory=128 * MEBIBYTE)
PROOF: Final = Budget(bytes_in=LARGEST_IMAGE, seconds=4, memory=256 * MEBIBYTE, patience=30)
PICTURE: Final = Budget(bytes_in=LARGEST_IMAGE, seconds=4, memory=256 * MEBIBYTE)
TYPEFACE: Final = Budget(bytes_in=LARGEST_FONT, seconds=15, memory=256 * MEBIBYTE, patience=40)


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
    try:
        scan_upload(upload)
    except UploadUnwanted as refusal:
        raise BrandError(field, "unwanted", str(refusal)) from None
    upload.seek(0)
    return bytes(upload.read())


def check_image(field: str, upload: UploadedFile) -> CheckedFile:
    """A logo or crest: SVG without anything active, or a PNG, JPEG or WebP that really is one.

    Both are examined in a confined child, and a drawing that is not plain is drawn once.
    """
    content = _read(field, upload, LARGEST_IMAGE)
    if drawings.looks_like_drawing(content):
        if not _examined(field, drawings.examine, content, DRAWING):
            _examined(field, proof_drawing.draw, content, PROOF)
        return _named(field, content, "svg")
    limits = {"formats": list(FORMATS), "most_side": LONGEST_SIDE, "most_pixels": LONGEST_SIDE**2, "unpack": True}
    picture = _examined(field, pictures.examine, content, PICTURE, **limits)
    return _named(field, content, FORMATS[picture["format"]])


def check_font(field: str, upload: UploadedFile) -> CheckedFile:
    """A typeface: WOFF2 with German letters, allowed to be embedded; reduced to Latin and at most 40 kB."""
    content = _read(field, upload, LARGEST_FONT)
    return _named(field, _examined(field, typefaces.reduce, content, TYPEFACE), "woff2")


def _examined(field: str, function: Callable[..., Any], content: bytes, budget: Budget, **options: Any) -> Any:
    """What the confined function gives. Raises BrandError for whatever it does not."""
    try:
        return confined(function, content, budget, **options)
    except Refused as refusal:
        raise BrandError(field, refusal.code, _sentence(refusal)) from None
    except ConfinementError as error:
        raise BrandError(field, error.code, str(error)) from None


def _sentence(refusal: Refused) -> str:
    sentences = {
        "no-image": _("Diese Datei ist kein Bild. Bitte laden Sie ein SVG, PNG, JPEG oder WebP hoch."),
        "too-many-pixels": _("Das Bild ist zu groß: höchstens %(side)s Pixel je Seite.") % {"side": LONGEST_SIDE},
        "broken-svg": _("Dieses SVG ist fehlerhaft. Bitte speichern Sie es neu und versuchen Sie es wieder."),
        "active-svg": _("Dieses SVG enthält aktive Inhalte (%(part)s). Bitte speichern Sie es ohne diese."),
        "too-costly": _("Diese Datei ist zu aufwendig gebaut. Bitte speichern Sie sie einfacher und kleiner."),
        "no-woff2": _("Diese Datei ist keine WOFF2-Schrift. Bitte laden Sie eine WOFF2-Datei hoch."),
        "broken-font": _("Diese Schrift lässt sich nicht lesen. Vermutlich ist die Datei beschädigt."),
        "letters-missing": _("Dieser Schrift fehlen Zeichen: %(letters)s."),
        "licence": _("Diese Schrift darf nach ihrer Lizenz nicht in Webseiten eingebettet werden."),
        "font-too-large": _(
            "Diese Schrift ist mit %(size)s kB zu groß. Erlaubt sind 40 kB, etwa ein einziger Schnitt."
        ),
    }
    return sentences[refusal.code] % refusal.details
