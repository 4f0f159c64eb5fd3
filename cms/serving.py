"""From an address to a page: Wagtail's routing with two queries instead of one per level."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve

from cms.head import alternates_of, language_of
from cms.memory import portal_site
from cms.page_caching import mark_cacheable
from cms.queries import home_in, pages_on_the_way


def answer_with_page(request: HttpRequest, path: str) -> Any:
    """Find the page for an address and let Wagtail serve it, hooks and view restrictions included. Raises Http404."""
    request._wagtail_site = portal_site()  # type: ignore[attr-defined]
    request._wagtail_route_for_request = route_to_page(request, path)  # type: ignore[attr-defined]
    return mark_cacheable(request, wagtail_serve(request, path))


def route_to_page(request: HttpRequest, path: str) -> RouteResult:
    """The page an address leads to. What is left of the address is the page's own affair, if it has routes."""
    components = [part for part in path.split("/") if part]
    if not components:
        return route_to_home(request)
    found = pages_on_the_way(path, language_of(request))
    if not found or any(not page.live for page in found):
        raise Http404
    rest = components[len(found) - 1 :]
    page = found[-1].specific
    if rest and not isinstance(page, RoutablePageMixin):
        raise Http404
    request.cms_trail = found[:-1]  # type: ignore[attr-defined]
    alternates_of(page, request)
    result: RouteResult = (
        page.route(request, rest) if rest or isinstance(page, RoutablePageMixin) else RouteResult(page)
    )
    return result


def route_to_home(request: HttpRequest) -> RouteResult:
    """The home page in the language of the request."""
    home = home_in(language_of(request))
    if home is None:
        raise Http404
    request.cms_trail = []  # type: ignore[attr-defined]
    alternates_of(home, request)
    return RouteResult(home)
