"""What /pruefen/ says, for programs: a parking warden's device, another authority."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, File, Path, Router, Schema, Status
from ninja.files import UploadedFile

from services.documents import limits
from services.documents.forms import MAX_UPLOAD_BYTES
from services.documents.plates import LONGEST_PLATE, bears_plate, shows_plate
from services.documents.queries import Verdict, VerificationResult, verify_code, verify_upload
from themes.queries import brand_for_current_commune

TOO_MANY = "Too many requests. Retry-After says in how many seconds you may go on."

router = Router()
Code = Annotated[str, Path(max_length=64)]


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


class PlateQuestion(Schema):
    """What somebody reads on the paper."""

    plate: str = Field(max_length=LONGEST_PLATE, examples=["G-AB 123"])


class PlateAnswer(Schema):
    """Yes or no."""

    same_plate: bool


@router.get("/documents/{code}", auth=None, response={200: Verification, 404: Verification, 429: Refusal})
def verify_document(request: HttpRequest, code: Code) -> Status:
    """What the register says about the document with this verification code."""
    if limits.exceeded(limits.CODES, request):
        return Status(429, Refusal(detail=TOO_MANY))
    result = verify_code(code)
    return Status(200 if result.document else 404, _shown(result))


@router.post(
    "/documents/{code}/plate",
    auth=None,
    response={200: PlateAnswer, 404: Refusal, 429: Refusal},
    summary="Whether a document bears a plate",
)
def verify_document_plate(request: HttpRequest, code: Code, question: PlateQuestion) -> Status:
    """Yes or no to the plate that stands on a paper; it is never told."""
    document = verify_code(code).document
    if document is None or not shows_plate(document):
        return Status(404, Refusal(detail="There is no such document with a plate here."))
    if limits.too_many_plates(request, document.verify_code):
        return Status(429, Refusal(detail=TOO_MANY))
    return Status(200, PlateAnswer(same_plate=bears_plate(document, question.plate)))


@router.post("/documents", auth=None, response={200: Verification, 413: Refusal, 429: Refusal})
def verify_document_file(request: HttpRequest, pdf: File[UploadedFile]) -> Status:
    """Whether this file is a document of this commune. The file is not stored."""
    if limits.exceeded(limits.UPLOADS, request):
        return Status(429, Refusal(detail=TOO_MANY))
    if pdf.size is None or pdf.size > MAX_UPLOAD_BYTES:
        return Status(413, Refusal(detail="The file is larger than 5 MB."))
    return Status(200, _shown(verify_upload(pdf.read())))


def _shown(result: VerificationResult) -> Verification:
    # a seal covers every byte: on a file that is not ours byte for byte, none of ours holds
    seal = bool(result.seal and result.seal.valid) if result.of_file else None
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
