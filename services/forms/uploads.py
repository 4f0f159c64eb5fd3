"""What may be uploaded: the first bytes decide, never the name or the browser's word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

HEAD = 1024
# what some programs write before a PDF's own beginning, and all readers pass over (PDF Reference 1.7, appendix H.3)
BEFORE_PDF = b"\xef\xbb\xbf\x00\t\n\x0c\r "
CONTENT_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
FORMAT_NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"}
_SIGNATURES = (("jpeg", b"\xff\xd8\xff"), ("png", b"\x89PNG\r\n\x1a\n"))
_HEIC_BRANDS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc")


class UploadedContent(Protocol):
    """What a form needs of an uploaded file; Django's UploadedFile fits."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self, size: int = ..., /) -> bytes: ...

    def seek(self, offset: int, whence: int = ..., /) -> int: ...


class UploadRefused(ValueError):
    """The file can't be taken; `str(error)` is a sentence for the person who chose it."""


def sniff_format(head: bytes) -> str | None:
    """„pdf“, „jpeg“ or „png“ by the magic bytes at the start of a file, else None.

    A byte order mark and blanks may stand before those of a PDF.
    """
    if head.lstrip(BEFORE_PDF).startswith(b"%PDF-"):
        return "pdf"
    return next((name for name, signature in _SIGNATURES if head.startswith(signature)), None)


def check_upload(upload: UploadedContent, accept: Sequence[str], max_bytes: int) -> str:
    """The content type of an acceptable file; the file is rewound. Raises UploadRefused with what to do
    instead.
    """
    size = upload.size or 0
    if size == 0:
        raise UploadRefused(_("Die Datei ist leer. Wählen Sie eine andere Datei aus."))
    if size > max_bytes:
        raise UploadRefused(_too_large(filesizeformat(size), filesizeformat(max_bytes)))
    upload.seek(0)
    head = upload.read(HEAD)
    upload.seek(0)
    name = sniff_format(head)
    if name in accept:
        return CONTENT_TYPES[str(name)]
    raise UploadRefused(_refusal(head, accept))


def _too_large(size: str, limit: str) -> str:
    if size == limit:  # a few bytes more than allowed
        return _("Die Datei ist ein wenig zu groß. Erlaubt sind höchstens %(limit)s.") % {"limit": limit}
    return _("Die Datei ist zu groß (%(size)s). Erlaubt sind höchstens %(limit)s.") % {"size": size, "limit": limit}


def _refusal(head: bytes, accept: Sequence[str]) -> str:
    formats = _list(accept)
    if head[4:12] in _HEIC_BRANDS:
        return _("Das Foto hat das Format HEIC. Speichern Sie es als JPEG und laden Sie es noch einmal hoch.")
    return _("Diese Datei können wir nicht öffnen. Laden Sie %(formats)s hoch.") % {"formats": formats}


def _list(accept: Sequence[str]) -> str:
    names = [FORMAT_NAMES[name] for name in accept]
    if len(names) == 1:
        return names[0]
    return _("%(first)s oder %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
