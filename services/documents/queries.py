"""What can be asked about documents. Nothing here writes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from services.documents.codes import canonical
from services.documents.conformance import code_inside
from services.documents.models import DocumentState, IssuedDocument
from services.documents.sealing import SealVerification, verify_bytes

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


class Verdict(models.TextChoices):
    """What the verify page says."""

    VALID = "valid", _("gültig")
    EXPIRED = "expired", _("abgelaufen")
    SUPERSEDED = "superseded", _("ersetzt")
    REVOKED = "revoked", _("widerrufen")
    CHANGED = "changed", _("verändert")
    UNKNOWN = "unknown", _("unbekannt")


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """`document` is None if unknown. `same_file` only if a file was examined, `seal` only if we issued it."""

    reason: Verdict
    document: IssuedDocument | None = None
    same_file: bool | None = None
    seal: SealVerification | None = None

    @property
    def valid(self) -> bool:
        return self.reason == Verdict.VALID

    @property
    def of_file(self) -> bool:
        """Whether a file was handed in, and not only its code."""
        return self.same_file is not None


def document_by_code(code: str) -> IssuedDocument | None:
    """The document of a verify code, however it was typed; None if there is none."""
    wanted = canonical(code)
    return IssuedDocument.objects.filter(verify_code=wanted).first() if wanted else None


def current_document(*, reference: str, template: str) -> IssuedDocument | None:
    return IssuedDocument.objects.filter(reference=reference, template=template, superseded_at__isnull=True).first()


def documents_by_reference(references: Iterable[str]) -> dict[str, list[IssuedDocument]]:
    """All documents of some cases, by their reference, the newest first. One query."""
    found: dict[str, list[IssuedDocument]] = {}
    for document in IssuedDocument.objects.filter(reference__in=list(references)):
        found.setdefault(document.reference, []).append(document)
    return found


def documents_for_reference(reference: str) -> QuerySet[IssuedDocument]:
    """All documents of a case, the newest first, the superseded ones included."""
    return IssuedDocument.objects.filter(reference=reference)


def verify_code(code: str) -> VerificationResult:
    """What the register says about a code. It says nothing about the paper somebody holds."""
    document = document_by_code(code)
    return VerificationResult(_verdict(document), document) if document else VerificationResult(Verdict.UNKNOWN)


def verify_upload(pdf: bytes) -> VerificationResult:
    """Whether these bytes are a document we issued. Nothing is stored.

    The digest decides, and a file that names one of our documents in its metadata but differs from it is `changed`.
    Only what we issued ourselves is parsed, for its seal: a PDF of a stranger can keep a parser busy for days.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    document = IssuedDocument.objects.filter(sha256=digest).first()
    if document:
        return VerificationResult(_verdict(document), document, same_file=True, seal=verify_bytes(pdf))
    code = code_inside(pdf)
    document = document_by_code(code) if code else None
    if document:
        return VerificationResult(Verdict.CHANGED, document, same_file=False)
    return VerificationResult(Verdict.UNKNOWN, same_file=False)


def file_response(document: IssuedDocument, *, inline: bool = False) -> HttpResponse:
    """The file for a download. Whoever calls this has checked that the visitor may have it.

    The whole file is read here (it is small), so that nothing is left to do outside the commune's scope.
    """
    with document.file.open("rb") as file:
        content = file.read()
    name = slugify(f"{document.title} {document.reference}".translate(_UMLAUTS)) or "dokument"
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def stored_paths() -> frozenset[str]:
    """The storage paths of all documents of this commune."""
    return frozenset(IssuedDocument.objects.values_list("file", flat=True))


def _verdict(document: IssuedDocument) -> Verdict:
    return {
        DocumentState.VALID: Verdict.VALID,
        DocumentState.EXPIRED: Verdict.EXPIRED,
        DocumentState.SUPERSEDED: Verdict.SUPERSEDED,
        DocumentState.REVOKED: Verdict.REVOKED,
    }[document.state]
