"""Letter template + context + brand → PDF/A-3a that is also PDF/UA-1.

WeasyPrint reads nothing but our own typefaces and data: addresses. The font configuration and the
parsed stylesheet are kept per thread (Pango's font map belongs to one thread); they hold nothing
of a commune – the palette comes as a small stylesheet of its own with each letter.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno
import weasyprint
from django.template.loader import render_to_string
from django.utils import timezone, translation
from pydantic import BaseModel
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from services.documents import conformance, fonts
from services.documents.codes import grouped
from services.documents.letters import LetterTemplate

_LETTER_CSS = Path(__file__).parent / "templates" / "documents" / "letters" / "letter.css"
_warm = threading.local()


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose letter it is. `crest` is a data: address (`is_wide`: a logo), `palette` are CSS colours."""

    issuer: str
    tagline: str = ""
    sender_line: str = ""
    crest: str = ""
    is_wide: bool = False
    palette: Mapping[str, str] = field(default_factory=dict)
    heading_family: str = fonts.BODY
    body_family: str = fonts.BODY
    heading_weight: int = 700


@dataclass(frozen=True, slots=True)
class Frame:
    """What every letter carries besides its own content."""

    title: str
    reference: str
    language: str
    issued_at: datetime
    valid_until: date | None
    verify_code: str
    verify_url: str
    head: Letterhead


def render_letter(letter: LetterTemplate, *, content: BaseModel, frame: Frame) -> bytes:
    """The unsealed PDF. The same input gives the same pages; may be run from any thread."""
    with translation.override(frame.language):
        html = render_to_string(letter.path, {"letter": _printed(frame), "content": content})
    configuration, stylesheet = _warm_parts()
    document = weasyprint.HTML(string=html, url_fetcher=_Fetcher()).render(
        font_config=configuration,
        stylesheets=[weasyprint.CSS(string=_brand_css(frame.head), font_config=configuration), stylesheet],
    )
    facts = weasyprint.Attachment(
        string=_machine_readable(letter, content, frame),
        name="angaben.json",
        description=frame.title,
        relationship="Data",
        created=frame.issued_at,
        modified=frame.issued_at,
    )
    result = document.write_pdf(
        pdf_variant=conformance.VARIANT,
        attachments=[facts],
        finisher=conformance.finisher(frame.verify_url),
    )
    return bytes(result or b"")


def render_sheet(path: str, *, context: Mapping[str, Any], head: Letterhead, title: str, language: str) -> bytes:
    """A sheet for the file, in the letters' typefaces and the commune's colours: PDF/A-3a and PDF/UA-1, not sealed."""
    with translation.override(language):
        html = render_to_string(path, {"head": head, "title": title, "language": language, **context})
    configuration, stylesheet = _warm_parts()
    document = weasyprint.HTML(string=html, url_fetcher=_Fetcher()).render(
        font_config=configuration,
        stylesheets=[weasyprint.CSS(string=_brand_css(head), font_config=configuration), stylesheet],
    )
    return bytes(document.write_pdf(pdf_variant=conformance.VARIANT, finisher=conformance.finisher("")) or b"")


def qr_data_uri(text: str) -> str:
    """The text as a QR code (error correction M) in SVG."""
    return segno.make(text, error="m", micro=False).svg_data_uri(border=0, scale=4, dark="#000", omitsize=True)


def _printed(frame: Frame) -> dict[str, Any]:
    return {
        "title": frame.title,
        "reference": frame.reference,
        "language": frame.language,
        "issued_at": timezone.localtime(frame.issued_at),
        "valid_until": frame.valid_until,
        "issuer": frame.head.issuer,
        "tagline": frame.head.tagline,
        "sender_line": frame.head.sender_line,
        "has_crest": bool(frame.head.crest),
        "wide_crest": frame.head.is_wide,
        "code": grouped(frame.verify_code),
        "verify_url": frame.verify_url,
        "verify_host": urlsplit(frame.verify_url).netloc,
        "qr": qr_data_uri(frame.verify_url),
    }


def _machine_readable(letter: LetterTemplate, content: BaseModel, frame: Frame) -> str:
    facts = {
        "format": "rathausplatz.document/1",
        "template": letter.name,
        "issuer": frame.head.issuer,
        "title": frame.title,
        "reference": frame.reference,
        "issued_at": frame.issued_at.isoformat(),
        "valid_until": frame.valid_until.isoformat() if frame.valid_until else None,
        "verify_url": frame.verify_url,
        "content": content.model_dump(mode="json"),
    }
    return json.dumps(facts, ensure_ascii=False, indent=1)


def _warm_parts() -> tuple[FontConfiguration, weasyprint.CSS]:
    if not hasattr(_warm, "parts"):
        configuration = FontConfiguration()
        css = fonts.font_face_css() + _LETTER_CSS.read_text(encoding="utf-8")
        _warm.parts = (
            configuration,
            weasyprint.CSS(string=css, font_config=configuration, url_fetcher=_Fetcher()),
        )
    parts: tuple[FontConfiguration, weasyprint.CSS] = _warm.parts
    return parts


def _brand_css(head: Letterhead) -> str:
    colours = {"brand": "#1d1d1b", "on-brand": "#ffffff", **head.palette}
    rules = "".join(f"--{name}:{value};" for name, value in colours.items())
    # a background is an artifact: the name beside it says the same
    crest = f".crest{{background-image:url({head.crest})}}" if head.crest else ""
    return crest + (
        f":root{{{rules}--head-weight:{head.heading_weight};"
        f'--font-head:"{head.heading_family}";--font-body:"{head.body_family}"}}'
    )


class _Fetcher(URLFetcher):
    """Nothing from the network or the disk but our typefaces, and what is inside the letter."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        if url.startswith("data:") or url in fonts.allowed_files():
            return super().fetch(url, headers)
        raise ForbiddenResource(url)


class ForbiddenResource(FatalURLFetchingError):
    """A letter template points to something outside; that is a fault of the template."""
