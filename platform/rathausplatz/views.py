"""Health, and the pages for errors."""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from rathausplatz.readiness import readiness
from tenants.accounts.access import public
from tenants.communes.away import note_if_away


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve, part by part; 503 when one is missing that it can't do without."""
    report = readiness()
    status = 200 if report.is_ready else 503
    return HttpResponse(report.text, status=status, content_type="text/plain; charset=utf-8")


def _error_page(request: HttpRequest, status: int, context: dict[str, Any]) -> HttpResponse:
    quiet = None if status == 500 else request
    page = render_to_string(f"themes/errors/{status}.html", context, request=quiet)
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _error_page(request, 400, {})


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _error_page(request, 403, {})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _error_page(request, 404, {})


def server_error(request: HttpRequest) -> HttpResponse:
    """500: rendered without the request, so without any query.

    Where it was the database that could not be asked, in middleware for instance, only that is noted: HostMiddleware
    has the page.
    """
    if note_if_away(request, sys.exc_info()[1]):
        return HttpResponse(status=503)
    return _error_page(request, 500, {"request_id": getattr(request, "id", "")})
