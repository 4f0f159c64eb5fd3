"""Health, and the pages for errors."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from tenants.accounts.access import public
from tenants.communes.rollouts.releases import own_level


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The process answers, reaches its database, and the template is at its release; 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        level = own_level()
    except DatabaseError:
        return HttpResponse("database out of reach\n", status=503, content_type="text/plain; charset=utf-8")
    if level is None:
        text = "the template is not at this release: run `rathausplatz fleet migrate`\n"
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("ready\n", content_type="text/plain; charset=utf-8")


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
    """500: rendered without the request, so without any query."""
    return _error_page(request, 500, {"request_id": getattr(request, "id", "")})
