"""The one place where a request gets its commune, its transaction and its URL conf."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.http.request import split_domain_port
from django.utils.translation import gettext as _

from tenants.communes.hosts import Host, HostKind, host_of
from tenants.communes.requests import SiteRequest
from tenants.communes.scope import commune_scope, public_scope
from tenants.communes.states import OPEN_STATES, closed_page

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class HostMiddleware:
    """Finds out what the host means, then answers inside the commune's scope and one transaction.

    The transaction is rolled back when a view raised or the answer is a server error; so nothing half-made stays.
    Only the Host header counts: X-Forwarded-Host is ignored (USE_X_FORWARDED_HOST stays off).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponseBase:
        name, _port = split_domain_port(request.META.get("HTTP_HOST", "").lower())
        host = host_of(name)
        if host is None:
            return HttpResponseNotFound(
                _("Unter dieser Adresse gibt es kein Portal. Prüfen Sie die Schreibweise."),
                content_type="text/plain; charset=utf-8",
            )
        request.host_kind = host.kind
        request.urlconf = f"rathausplatz.urls.{host.kind}"
        return self._answer(request, host)

    def _answer(self, request: SiteRequest, host: Host) -> HttpResponseBase:
        if host.kind is not HostKind.PORTAL or host.commune is None:
            request.commune = None
            with public_scope(), transaction.atomic():
                return self._respond(request)
        request.commune = host.commune
        request.META["rathausplatz.schema"] = host.commune.schema
        if host.commune.state not in OPEN_STATES:
            return closed_page(host.commune)
        with commune_scope(host.commune):
            return self._respond(request)

    def _respond(self, request: SiteRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "view_failed", False) or response.status_code >= 500:
            transaction.set_rollback(True)
        return response


class RollbackMiddleware:
    """Innermost: notes that the view raised, so that what it wrote is rolled back whatever page answers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: SiteRequest, exception: Exception) -> HttpResponse | None:
        request.view_failed = True
        return None
