"""What a portal shows while its schema is older than the code: a friendly page, never an error."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.loader import render_to_string

from tenants.communes.scope import CommuneRef

# a schema takes milliseconds, a fleet of a thousand less than a minute
SECONDS_UNTIL_NEXT_TRY = 60


def maintenance_page(commune: CommuneRef, *, seconds: int = SECONDS_UNTIL_NEXT_TRY) -> HttpResponse:
    """503 with the moment to come back; made without a query into the commune's schema."""
    page = render_to_string("themes/errors/503.html", {"commune": commune})
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    return HttpResponse(page, status=503, headers=headers)
