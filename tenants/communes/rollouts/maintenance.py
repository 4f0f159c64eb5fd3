"""What a portal shows while its schema is older than the code: a friendly page in its own look, never an error."""

from __future__ import annotations

from django.http import HttpResponse

from tenants.communes.closed import answer_without_asking
from tenants.communes.scope import CommuneRef

# a schema takes milliseconds, a fleet of a thousand less than a minute
SECONDS_UNTIL_NEXT_TRY = 60
SITE = "maintenance"


def maintenance_page(commune: CommuneRef, path: str, *, seconds: int = SECONDS_UNTIL_NEXT_TRY) -> HttpResponse:
    """503 with the moment to come back, or a file that this page needs; made without a query into the schema."""
    return answer_without_asking(commune, path, site=SITE, retry_after=seconds)
