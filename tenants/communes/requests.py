"""The request as our middleware enriches it."""

from __future__ import annotations

from django.http import HttpRequest

from tenants.communes.hosts import HostKind
from tenants.communes.scope import CommuneRef


class SiteRequest(HttpRequest):
    """Never made: the type of every request behind `HostMiddleware`, for those who read what it set."""

    id: str
    host_kind: HostKind
    commune: CommuneRef | None
    view_failed: bool
    database_error: BaseException
    view_answered: bool
