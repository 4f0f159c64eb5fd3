"""What /pruefen/ says, for programs: a parking warden's device, another authority."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from services.documents import limits
from services.documents.forms import MAX_UPLOAD_BYTES
from services.documents.queries import Verdict, VerificationResult, verify_code, verify_upload
from themes.queries import brand_for_current_commune

router = Router()


class Verification(Schema):
    """`verdict`: valid, expired, superseded, revoked, changed or unknown. No personal data."""

    verdict: Verdict
    title: str | None = None
    issuer: str | None = None
    issued_at: datetime | None = None
    valid_until: date | None = None
    revoked_at: datetime | None = None
    sha256: str | None = None
    seal_intact: bool | None = None


class Refusal(Schema):
    """Why there is no answer, in a sentence."""

    detail: str


@router.get("/documents/{code}", auth=None, response={200: Verification, 404: Verification, 429: Refusal})
def verify_document(request: HttpRequest, code: str) -> Status:
    """What the register says about the document with this verification code."""
    if limits.exceeded(limits.CODES, request):
        return Status(429, Refusal(detail="Too many requests. Try again in ten minutes."))
    result = verify_code(code)
    return Status(200 if result.document else 404, _shown(result))


@router.post("/documents", auth=None, response={200: Verification, 413: Refusal, 429: Refusal})
def verify_document_file(request: HttpRequest, pdf: File[UploadedFile]) -> Status:
    """Whether this file is a document of this commune. The file is not stored."""
    if limits.exceeded(limits.UPLOADS, request):
        return Status(429, Refusal(detail="Too many requests. Try again in ten minutes."))
    if pdf.size is None or pdf.size > MAX_UPLOAD_BYTES:
        return Status(413, Refusal(detail="The file is larger than 5 MB."))
    return Status(200, _shown(verify_upload(pdf.read())))


def _shown(result: VerificationResult) -> Verification:
    seal = result.seal.valid if result.seal else None
    document = result.document
    if document is None:
        return Verification(verdict=result.reason, seal_intact=seal)
    return Verification(
        verdict=result.reason,
        title=document.title,
        issuer=brand_for_current_commune().official_name,
        issued_at=document.issued_at,
        valid_until=document.valid_until,
        revoked_at=document.revoked_at,
        sha256=document.sha256,
        seal_intact=seal,
    )
