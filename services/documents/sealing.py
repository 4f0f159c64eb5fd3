"""PAdES B-B seals: put one on, look at one.

The seal certifies the whole file and allows no later change (DocMDP 1). It is invisible: the letter
itself says how to verify it. Two details keep PDF/A-3a and PDF/UA-1 intact (see conformance.py): pyHanko
must not rewrite the XMP packet, and the signature's widget lies outside the page and has a readable name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from services.documents.seal_keys import DEVELOPMENT_MARK, Seal, current_seal

_FIELD = "Siegel"
_SEAL_BEGINS = b"/Contents <"
_RESERVED_BYTES = 16_384  # hex digits in the file: an EC signature with its chain needs about 6,000


@dataclass(frozen=True, slots=True)
class SealVerification:
    """What a file's seal says.

    `intact`: the sealed bytes are unchanged and nothing was added after them. `trusted`: it is a seal of
    this installation. `reason` is "" or one of: no_seal, changed, foreign, unreadable.
    """

    sealed: bool
    intact: bool
    trusted: bool
    signer: str = ""
    signed_at: datetime | None = None
    is_development: bool = False
    reason: str = ""

    @property
    def valid(self) -> bool:
        return self.intact and self.trusted


def seal_pdf(pdf: bytes, *, name: str, reason: str = "") -> bytes:
    """The PDF with the installation's seal as an incremental update. Raises SealKeyUnusable."""
    field = fields.SigFieldSpec(
        sig_field_name=_FIELD,
        readable_field_name="Elektronisches Siegel",
        invis_sig_settings=fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True),
    )
    metadata = PdfSignatureMetadata(
        field_name=_FIELD,
        name=name,
        reason=reason or None,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    signer = PdfSigner(metadata, signer=current_seal().signer, new_field_spec=field)
    output = BytesIO()
    signer.sign_pdf(_MetadataKeepingWriter(BytesIO(pdf)), output=output, bytes_reserved=_RESERVED_BYTES)
    return output.getvalue()


def verify_bytes(pdf: bytes) -> SealVerification:
    """Whether the file carries an intact seal, and whose. Never raises for a broken or hostile file."""
    seal = current_seal()
    try:
        embedded = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if not embedded:
            return SealVerification(sealed=False, intact=False, trusted=False, reason="no_seal")
        context = ValidationContext(trust_roots=list(seal.certificates), allow_fetching=False)
        status = validate_pdf_signature(embedded[0], signer_validation_context=context)
    except Exception:  # noqa: BLE001  parsers fed with hostile files raise anything; all of it means the same
        had_seal = b"/ByteRange" in pdf
        reason = "changed" if had_seal else "unreadable"
        return SealVerification(sealed=had_seal, intact=False, trusted=False, reason=reason)
    return _verification(status, seal)


def sealed_by(end: bytes) -> asn1_x509.Certificate | None:
    """The certificate that a document of ours carries in its seal, from the end of the file; None without one.

    Looks for the seal where ours stands and parses nothing else of the file: it may come from anywhere.
    """
    begin = end.rfind(_SEAL_BEGINS)
    stop = end.find(b">", begin)
    if begin < 0 or not 0 < stop - begin <= 2 * _RESERVED_BYTES + len(_SEAL_BEGINS):
        return None
    try:
        signed = cms.ContentInfo.load(bytes.fromhex(end[begin + len(_SEAL_BEGINS) : stop].decode()))["content"]
        wanted = signed["signer_infos"][0]["sid"].chosen.native["serial_number"]
        found = [choice.chosen for choice in signed["certificates"]]
        return next((one for one in found if one.serial_number == wanted), None)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None


def _verification(status: PdfSignatureStatus, seal: Seal) -> SealVerification:
    signed_by: asn1_x509.Certificate = status.signing_cert
    intact = (
        status.intact
        and status.valid
        and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level in (None, ModificationLevel.NONE)
    )
    trusted = signed_by.sha256 in {certificate.sha256 for certificate in seal.certificates}
    subject = signed_by.subject.human_friendly
    return SealVerification(
        sealed=True,
        intact=intact,
        trusted=trusted,
        signer=str(signed_by.subject.native.get("common_name", subject)),
        signed_at=status.signer_reported_dt,
        is_development=DEVELOPMENT_MARK in subject,
        reason="" if intact and trusted else ("changed" if not intact else "foreign"),
    )


class _MetadataKeepingWriter(IncrementalPdfFileWriter):
    """pyHanko rewrites XMP and drops the PDF/A extension schema; the file's metadata is already right."""

    def _update_meta(self) -> None:  # private in pyHanko 0.38; tests/services/documents notice a change
        return
