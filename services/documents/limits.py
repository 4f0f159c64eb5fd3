"""How often somebody may ask whether a document is real."""

from __future__ import annotations

from django.http import HttpRequest

from tenants.communes.limits import Limit, address_of, is_exceeded

CODES = Limit("documents.verify-code", times=60, seconds=600)
UPLOADS = Limit("documents.verify-upload", times=20, seconds=600)


def exceeded(limit: Limit, request: HttpRequest) -> bool:
    """Count this request; True if it is one too many from its visitor."""
    return is_exceeded(limit, address_of(request))
