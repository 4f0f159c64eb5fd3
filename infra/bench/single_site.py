"""What a request needs to know where there is only one commune."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from tenants.communes.hosts import HostKind
from tenants.communes.queries import commune_by_schema
from tenants.communes.requests import SiteRequest
from tenants.communes.scope import CommuneRef, only_named

SCHEMA = "gera"


class SingleSiteMiddleware:
    """In the place of HostMiddleware: names the only commune there is. No lookup, no role, no path, no transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.commune: CommuneRef = commune_by_schema(SCHEMA)

    def __call__(self, request: SiteRequest) -> HttpResponseBase:
        request.host_kind = HostKind.PORTAL
        request.commune = self.commune
        request.META["rathausplatz.schema"] = SCHEMA
        with only_named(self.commune):
            return self.get_response(request)
