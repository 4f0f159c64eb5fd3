"""How often somebody may ask whether a document is real."""

from __future__ import annotations

from django.http import HttpRequest

from tenants.communes.limits import Limit, address_of, is_exceeded

CODES = Limit("documents.verify-code", times=60, seconds=600)
# one visitor, and all visitors of one document together: nobody finds a plate by trying
PLATES = Limit("documents.verify-plate", times=20, seconds=600)
PLATES_OF_ONE = Limit("documents.verify-plate-of-one", times=30, seconds=3600)
UPLOADS = Limit("documents.verify-upload", times=20, seconds=600)


def too_many_plates(request: HttpRequest, code: str) -> bool:
    """Count this question about a document's plate; True if it is one too many."""
    return exceeded(PLATES, request) or is_exceeded(PLATES_OF_ONE, code)


def exceeded(limit: Limit, request: HttpRequest) -> bool:
    """Count this request; True if it is one too many from its visitor."""
    return is_exceeded(limit, address_of(request))
