"""Limits on whole views, by the name of their address: one list for ours and for libraries' that count for themselves.

A room registers the views in whose name nobody may try without end. What is posted there is counted before the view
runs; beyond the limit the visitor reads when to go on, in the portal's look (429, RFC 6585 § 4).

Whoever else answers with 429, page or API, in whatever words: the answer says when to try again (`Retry-After`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import ngettext

from tenants.communes.limits import MINUTE, Limit, first_exceeded, forget_refusals, give_back, seconds_refused
from tenants.communes.registry import Registry

Tries = tuple[tuple[Limit, str], ...]
TOO_MANY_REQUESTS = 429
# for what is not counted by time, such as drafts that are open at once
WAIT_IF_UNKNOWN = 10 * MINUTE


def no_try(_response: HttpResponseBase) -> bool:
    """Whatever the answer was, it was a try."""
    return False


@dataclass(frozen=True, slots=True)
class LimitedView:
    """What a request to a view counts as, the visitor's own limit first; and which answers show that it was no try."""

    tries: Callable[[HttpRequest, dict[str, Any]], Tries]
    was_no_try: Callable[[HttpResponseBase], bool] = no_try


# by the name of the address, with its namespace
limited_views: Registry[LimitedView] = Registry("views that may not be tried without end")


class LimitMiddleware:
    """Counts what is posted to limited views, and says when to come back. Stands behind those who say who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        forget_refusals()
        response = self.get_response(request)
        if response.status_code == TOO_MANY_REQUESTS:
            response.headers.setdefault("Retry-After", str(seconds_refused() or WAIT_IF_UNKNOWN))
        view: LimitedView | None = getattr(request, "limited_view", None)
        if view is not None and view.was_no_try(response):
            for limit, subject in request.counted_tries:  # type: ignore[attr-defined]
                give_back(limit, subject)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.method in ("GET", "HEAD", "OPTIONS") or name not in limited_views:
            return None
        limited = limited_views.get(name)
        tries = limited.tries(request, kwargs)
        if first_exceeded(*tries) is not None:
            return too_many(request)
        request.limited_view, request.counted_tries = limited, tries  # type: ignore[attr-defined]
        return None


def refusal_in_words() -> str:
    """What to tell whoever tried too often in this request: when it goes on."""
    minutes = max(1, ceil((seconds_refused() or WAIT_IF_UNKNOWN) / MINUTE))
    words = ngettext(
        "Das waren viele Versuche in kurzer Zeit. In einer Minute geht es weiter.",
        "Das waren viele Versuche in kurzer Zeit. In %(minutes)d Minuten geht es weiter.",
        minutes,
    )
    return words % {"minutes": minutes}


def too_many(request: HttpRequest) -> HttpResponse:
    """The page for whoever tried too often, where there is none that holds what was typed."""
    words = {"words": refusal_in_words()}
    answer = render(request, "themes/errors/429.html", words, status=TOO_MANY_REQUESTS)
    answer.headers["Cache-Control"] = "no-store"
    return answer
