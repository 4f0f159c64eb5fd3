"""Telling the page cache which answers are the same for everyone.

The agreement: an answer with `X-Page-Cache: <seconds>` may be kept and given to every anonymous visitor of the same
host, path and query. Only GET and HEAD without a session, not a preview, status 200, without cookies or messages.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone

from tenants.communes.cookies import is_personal

V = TypeVar("V", bound=Callable[..., Any])
HEADER = "X-Page-Cache"
PAGE_SECONDS = 60


def mark_cacheable(request: HttpRequest, response: Any, seconds: int = PAGE_SECONDS) -> Any:
    """Mark an answer, once it is rendered and if it qualifies; return it."""
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.add_post_render_callback(lambda rendered: _mark(request, rendered, seconds))
    else:
        _mark(request, response, seconds)
    return response


def stays_true_until(request: HttpRequest, moment: datetime) -> None:
    """Note that what is being shown becomes wrong at `moment`: the answer must not be kept longer."""
    left = max(1, int((moment - timezone.now()).total_seconds()))
    request.cms_true_for = min(left, getattr(request, "cms_true_for", left))  # type: ignore[attr-defined]


def _mark(request: HttpRequest, response: HttpResponseBase, seconds: int) -> None:
    if _same_for_everyone(request, response):
        seconds = min(seconds, getattr(request, "cms_true_for", seconds))
        response.headers[HEADER] = str(seconds)
        response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}"


def _same_for_everyone(request: HttpRequest, response: HttpResponseBase) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and response.status_code == 200
        and not is_personal(request.META.get("HTTP_COOKIE", ""))
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and settings.CSRF_COOKIE_NAME not in request.COOKIES
        and not getattr(request, "is_preview", False)
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and not response.cookies
        and "Cache-Control" not in response.headers
    )


def cacheable(seconds: int = PAGE_SECONDS) -> Callable[[V], V]:
    """Decorator for views whose answer is the same for every anonymous visitor."""

    def decorate(view: V) -> V:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return mark_cacheable(request, view(request, *args, **kwargs), seconds)

        return answer  # type: ignore[return-value]

    return decorate
