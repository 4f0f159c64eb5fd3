"""Counts and times what Django answers."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from rathausplatz.metrics.counters import COMMUNE_REQUESTS, OTHERS, REQUEST_SECONDS, REQUESTS


class MetricsMiddleware:
    """Outermost. A view counts by its name; what no view answered counts as "none"."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        # the communes this process tells apart: names only, never anything of theirs
        self._told_apart: set[str] = set()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        kind, view = str(getattr(request, "host_kind", "unknown")), view_name(request)
        REQUESTS.labels(kind, view, str(response.status_code)).inc()
        REQUEST_SECONDS.labels(kind, view).observe(seconds)
        commune = getattr(request, "commune", None)
        if commune is not None:
            COMMUNE_REQUESTS.labels(self._label(commune.schema)).inc()
        return response

    def _label(self, schema: str) -> str:
        if schema in self._told_apart:
            return schema
        if len(self._told_apart) >= settings.METRICS_COMMUNES_MOST:
            return OTHERS
        self._told_apart.add(schema)
        return schema


def view_name(request: HttpRequest) -> str:
    """The name of the view that answered, with its namespace; "none" before one was found."""
    match = request.resolver_match
    if match is None:
        return "none"
    return match.view_name or "unnamed"
