"""Where a document can be verified: printed into it, so it must stay the same for good."""

from __future__ import annotations

from services.documents.codes import grouped
from tenants.communes.addresses import portal_address
from tenants.communes.scope import require_commune


def verify_url(verify_code: str) -> str:
    """The address in the QR code, on the current commune's primary host."""
    return f"{portal_address(require_commune().primary_host)}/pruefen/{grouped(verify_code)}/"
