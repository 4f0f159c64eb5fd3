"""What a portal shows while its schema is older than the code: a friendly page in its own look, never an error."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.loader import render_to_string

from tenants.communes.closed import answer_without_asking
from tenants.communes.rollouts.releases import own_level
from tenants.communes.scope import CommuneRef

# a schema takes milliseconds, a fleet of a thousand less than a minute
SECONDS_UNTIL_NEXT_TRY = 60
SITE = "maintenance"
# what watches over a process has to hear it say so itself
PROBES = ("/healthz", "/readyz")


def maintenance_page(commune: CommuneRef, path: str, *, seconds: int = SECONDS_UNTIL_NEXT_TRY) -> HttpResponse:
    """503 with the moment to come back, or a file that this page needs; made without a query into the schema."""
    return answer_without_asking(commune, path, site=SITE, retry_after=seconds)


def answer_before_release(path: str) -> HttpResponse | None:
    """503 for everything while no release fits this code, None as soon as one does.

    The shared tables may lack what this code looks for, so not even the host is looked up.
    """
    if path in PROBES or own_level() is not None:
        return None
    headers = {"Retry-After": str(SECONDS_UNTIL_NEXT_TRY), "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("themes/errors/503.html"), status=503, headers=headers)
