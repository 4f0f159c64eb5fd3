"""What visitors see while the database is out of reach: the commune's own page, made from what this process remembers.

A view whose connection died is answered like one that found none: 503 and the moment to come back, never 500. What
was written goes with its transaction, so the page can say what became of an input.
"""

from __future__ import annotations

import psycopg
import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from tenants.communes.closed import closed_site, language_of
from tenants.communes.hosts import last_known
from tenants.communes.rollouts.maintenance import SITE
from tenants.communes.scope import CommuneRef

log = structlog.get_logger(__name__)
SECONDS_UNTIL_NEXT_TRY = 30
READING = frozenset({"GET", "HEAD", "OPTIONS"})
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
# what the front looks for before it gives a page of before; it goes no further
HEADER = "X-Database-Away"
# in the environment of a request that gets this page without being looked at: the front knows that the database is away
REFUSED = "rathausplatz.refused"


def is_away(error: BaseException | None) -> bool:
    """Whether an error, or what it was explicitly raised from, says that the database could not be asked."""
    while error is not None:
        if isinstance(error, AWAY):
            return True
        error = error.__cause__
    return False


def note_if_away(request: HttpRequest, error: BaseException | None) -> bool:
    """Note on the request that its answer is due to the database; whether it is."""
    if not is_away(error):
        return False
    request.database_error = error  # type: ignore[attr-defined]
    return True


def log_away(error: BaseException, *, method: str | None) -> None:
    """Tell the operator why a request could not be answered."""
    cause = error.__cause__ or error
    log.error("database.away", reason=type(cause).__name__, code=getattr(cause, "sqlstate", None) or "", method=method)


def away_answer(request: HttpRequest, host_name: str, *, sure: bool = True) -> HttpResponse:
    """503 in the look that this process remembers of the host's commune, or a file which that page needs.

    Asks no database. `sure` says that nothing of the request was stored; a lost COMMIT leaves that open.
    """
    host = last_known(host_name)
    # what this very request found out is newer than any memory
    commune = getattr(request, "commune", None) or (host.commune if host else None)
    if commune is not None:
        file = closed_site.get(SITE)(commune, {}, request.path_info)
        if file.status_code == 200:
            return file
    return _unavailable(request, commune, sure=sure)


def _unavailable(request: HttpRequest, commune: CommuneRef | None, *, sure: bool) -> HttpResponse:
    headers = {"Retry-After": str(SECONDS_UNTIL_NEXT_TRY), "Cache-Control": "no-store", HEADER: "1"}
    with translation.override(language_of(request.path_info)):
        if request.path_info.startswith("/api/"):
            detail = _("Das Portal antwortet gerade nicht. Fragen Sie bitte später noch einmal.")
            return JsonResponse({"detail": detail}, status=503, headers=headers)
        sent = request.method not in READING
        context = {"commune": commune, "sent": sent, "sure": sure, "path": request.get_full_path()}
        page = render_to_string("themes/errors/away.html", context)
    return HttpResponse(page, status=503, headers=headers)
