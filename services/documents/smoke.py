"""What a restored commune's documents are asked, and whose seals they carry."""

from __future__ import annotations

import structlog
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from django.utils.translation import gettext as _

from services.documents.log import verify_log
from services.documents.models import IssuedDocument
from services.documents.seal_keys import current_seal, development_folder
from services.documents.sealing import sealed_by
from tenants.communes.archives.importing import after_import
from tenants.communes.archives.proof import smoke_checks

log = structlog.get_logger(__name__)
# seals of one office change once a year or less: the first and the last documents show those that are in use
LOOKED_AT = 20
# bytes; the seal was put on last
END_OF_FILE = 256 * 1024


class RegisterBrokenError(RuntimeError):
    """The register of issued documents does not agree with itself, or with the documents."""


def ask_register() -> None:
    """Walk the register's chain and compare it with the documents. Raises RegisterBrokenError."""
    found = verify_log()
    if found.broken_at is not None:
        raise RegisterBrokenError(f"The register of documents does not follow at position {found.broken_at}.")
    if found.unmatched:
        raise RegisterBrokenError(
            f"{len(found.unmatched)} documents are not what the register says, {found.unmatched[0]} for one."
        )


def strange_seals() -> dict[str, bytes]:
    """Certificates that sealed documents of this commune and are not known here: PEM by its SHA-256."""
    known = {certificate.sha256 for certificate in current_seal().certificates}
    issued = IssuedDocument.objects.order_by("issued_at")
    found: dict[str, bytes] = {}
    for document in [*issued[:LOOKED_AT], *issued.reverse()[:LOOKED_AT]]:
        certificate = _certificate_of(document)
        if certificate is not None and certificate.sha256 not in known:
            found[certificate.sha256.hex()] = pem.armor("CERTIFICATE", certificate.dump())
    return found


def _certificate_of(document: IssuedDocument) -> asn1_x509.Certificate | None:
    try:
        with document.file.open("rb") as file:
            file.seek(max(0, file.size - END_OF_FILE))
            return sealed_by(file.read(END_OF_FILE))
    except FileNotFoundError:
        return None


def keep_strange_seals() -> str:
    """Put the certificates of another installation's seal beside ours, and say what the operator has to do.

    They count only once the operator has named them: whoever made the archive could have put any into it.
    """
    strange = strange_seals()
    if not strange:
        return ""
    folder = development_folder().parent / "seals_of_imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = []
    for digest, text in sorted(strange.items()):
        path = folder / f"{digest[:16]}.pem"
        path.write_bytes(text)
        paths.append(str(path))
    log.warning("documents.strange_seals", certificates=len(paths))
    return _(
        "Die Dokumente tragen Siegel, die hier nicht hinterlegt sind. Fragen Sie die frühere Installation nach ihrem "
        "Siegelzertifikat und vergleichen Sie es mit %(paths)s. Nennen Sie es dann in "
        "DOCUMENT_SEAL_FORMER_CERTIFICATES, neben denen, die dort schon stehen."
    ) % {"paths": ", ".join(paths)}


def register() -> None:
    """Enter this room among those that a restored commune asks, and that an import tells."""
    smoke_checks.register("documents.register", ask_register)
    after_import.register("documents.seals", keep_strange_seals)
