"""The one place where a request gets its commune, its transaction and its URL conf."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import Any

import structlog
from django.db import transaction
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotFound,
    StreamingHttpResponse,
)
from django.http.request import split_domain_port
from django.utils.translation import gettext as _

from tenants.communes.away import AWAY, REFUSED, away_answer, log_away, note_if_away
from tenants.communes.cells import is_reachable
from tenants.communes.cells.window import READING, come_back_soon, is_moving
from tenants.communes.closed import closed_answer
from tenants.communes.domains.wellknown import PREFIX, answer_well_known
from tenants.communes.hosts import READY, Host, HostKind, canonical_address, host_of
from tenants.communes.requests import SiteRequest
from tenants.communes.rollouts.maintenance import answer_before_release, maintenance_page
from tenants.communes.rollouts.releases import is_behind
from tenants.communes.scope import CommuneRef, commune_scope, only_named, public_scope
from tenants.communes.states import OPEN_STATES

log = structlog.get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponseBase]
# in the environment of a request: asks whether somebody still waits for its answer
IS_WAITED_FOR = "rathausplatz.is_waited_for"


class HostMiddleware:
    """Finds out what the host means, then answers inside the commune's scope and one transaction.

    The transaction is rolled back when a view raised or the answer is a server error; so nothing half-made stays.
    Whatever fails because the database is out of reach, here or in a view, is answered by `tenants.communes.away`.
    Only the Host header counts: X-Forwarded-Host is ignored (USE_X_FORWARDED_HOST stays off).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponseBase:
        name, _port = split_domain_port(request.META.get("HTTP_HOST", "").lower())
        if request.META.get(REFUSED):
            return away_answer(request, name)
        try:
            response = self._find_and_answer(request, name)
        except AWAY as error:
            # outside of a view: no connection to be had, or it was lost while committing
            log_away(error, method=request.method)
            return away_answer(request, name, sure=not getattr(request, "view_answered", False))
        lost = getattr(request, "database_error", None)
        if lost is None:
            return response
        log_away(lost, method=request.method)
        return away_answer(request, name)

    def _find_and_answer(self, request: SiteRequest, name: str) -> HttpResponseBase:
        if request.path_info == READY:
            # asked by address, not by name, and answered without a database too
            request.urlconf, request.commune = f"rathausplatz.urls.{HostKind.OPERATOR}", None
            return self.get_response(request)
        if request.path_info.startswith(PREFIX):
            # a claimed name is no host yet, and must show that it leads here all the same
            return answer_well_known(name, request.path_info)
        if early := answer_before_release(request.path_info):
            return early
        host = host_of(name)
        if host is None:
            return HttpResponseNotFound(
                _("Unter dieser Adresse gibt es kein Portal. Prüfen Sie die Schreibweise."),
                content_type="text/plain; charset=utf-8",
            )
        request.host_kind = host.kind
        moved = canonical_address(host, request.method or "", request.get_full_path())
        if moved is not None:
            # permanent for search engines, but kept by no browser: the primary host may change back
            return HttpResponse(status=moved[0], headers={"Location": moved[1], "Cache-Control": "no-store"})
        request.urlconf = f"rathausplatz.urls.{host.kind}"
        return self._answer(request, host)

    def _answer(self, request: SiteRequest, host: Host) -> HttpResponseBase:
        if host.kind is not HostKind.PORTAL or host.commune is None:
            request.commune = None
            with public_scope(), transaction.atomic():
                return self._respond(request)
        request.commune = host.commune
        request.META["rathausplatz.schema"] = host.commune.schema
        if host.commune.state not in OPEN_STATES and (closed := closed_answer(host.commune, request.path_info)):
            return closed
        if is_behind(host.commune):
            return maintenance_page(host.commune, request.path_info)
        return self._answer_portal(request, host.commune)

    def _answer_portal(self, request: SiteRequest, commune: CommuneRef) -> HttpResponseBase:
        if not is_reachable(commune.cell):
            log.error("cells.no_address", cell=commune.cell, commune=commune.schema)
            return come_back_soon(commune, request.path_info)
        if commune.read_only and request.method not in READING:
            return come_back_soon(commune, request.path_info)
        with commune_scope(commune):
            response = self._respond(request)
        # whoever began before the commune moved was refused by the database
        if response.status_code >= 500 and not hasattr(request, "database_error") and is_moving(commune):
            return come_back_soon(commune, request.path_info)
        # files ask the database nothing, and servers send them best as they are
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            response.streaming_content = in_scope(commune, response.streaming_content)
        return response

    def _respond(self, request: SiteRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "view_failed", False) or response.status_code >= 500:
            transaction.set_rollback(True)
        elif not request.META.get(IS_WAITED_FOR, _always)():
            # the visitor was told that nothing was stored, and to send it again
            transaction.set_rollback(True)
        else:
            request.view_answered = True
        return response


def _always() -> bool:
    return True


def in_scope(commune: CommuneRef, parts: Any) -> Any:
    """The parts of a streamed answer, each made in the commune's scope and a transaction of its own.

    They are made after the view has returned; between two parts nothing is held, however slow the reader is.
    """
    return _parts_async(commune, parts) if hasattr(parts, "__aiter__") else _parts(commune, parts)


def _parts(commune: CommuneRef, parts: Iterable[bytes]) -> Iterator[bytes]:
    waiting, end = iter(parts), object()
    while True:
        with commune_scope(commune):
            part = next(waiting, end)
        if part is end:
            return
        yield part  # type: ignore[misc]


async def _parts_async(commune: CommuneRef, parts: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    waiting, end = aiter(parts), object()
    while True:
        # no transaction can be held in async code: what asks the database opens its own, in this commune
        with only_named(commune):
            part = await anext(waiting, end)
        if part is end:
            return
        yield part  # type: ignore[misc]


class RollbackMiddleware:
    """Innermost: notes that the view raised, so that what it wrote is rolled back whatever page answers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: SiteRequest, exception: Exception) -> HttpResponse | None:
        request.view_failed = True
        # an answer that nobody sees: HostMiddleware has the page
        return HttpResponse(status=503) if note_if_away(request, exception) else None
