"""Middleware that joins libraries to our kinds of hosts."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port
from django.middleware.gzip import GZipMiddleware

from rathausplatz.observability import current_request
from rathausplatz.visitors import visitor_address
from tenants.communes.cookies import given_twice
from tenants.communes.hosts import HostKind
from tenants.communes.page_caching import HEADER
from tenants.communes.requests import SiteRequest


class RequestContextMiddleware:
    """Outermost: gives the request an id for logs and the answer, and clears the log context afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponseBase:
        request.id = uuid.uuid4().hex
        token = current_request.set(request)
        try:
            with structlog.contextvars.bound_contextvars(request_id=request.id):
                response = self.get_response(request)
        finally:
            current_request.reset(token)
        response.headers["X-Request-Id"] = request.id
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses answers, but leaves those to the page cache that it will keep in every encoding itself."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.has_header(HEADER):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed


class ProxyMiddleware:
    """Gives the request the visitor's address behind our own proxies, for rate limits.

    `PROXY_HOPS` says how many proxies of ours stand in front (0: none, the header is ignored).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        request.META["REMOTE_ADDR"] = visitor_address(
            request.META.get("REMOTE_ADDR", ""), forwarded, settings.PROXY_HOPS
        )
        return self.get_response(request)


class OwnDomainMiddleware:
    """Promises HTTPS for a commune's own domain alone, not for the names below it.

    Outside SecurityMiddleware. A portal at gera.de must not force HTTPS on the town's other servers (RFC 6797 § 6.1.2);
    the names below the platform's domain are ours to promise for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        promised = response.headers.get("Strict-Transport-Security")
        if promised is not None and not self._is_ours(request):
            response.headers["Strict-Transport-Security"] = promised.partition(";")[0]
        return response

    def _is_ours(self, request: HttpRequest) -> bool:
        name, _port = split_domain_port(request.META.get("HTTP_HOST", "").lower())
        return name == settings.BASE_DOMAIN or name.endswith(f".{settings.BASE_DOMAIN}")


class HostSessionMiddleware(SessionMiddleware):
    """Portal and console sessions have cookies of their own; the console's is strict and shorter-lived.

    A name that comes twice opens neither session: one of them was set by a page of a sibling domain. Over HTTPS the
    names begin with `__Host-`, which browsers let nobody but this host set.
    """

    def process_request(self, request: HttpRequest) -> None:
        for name in (settings.SESSION_COOKIE_NAME, settings.CONSOLE_SESSION_COOKIE_NAME):
            if given_twice(request.META.get("HTTP_COOKIE", ""), name):
                request.COOKIES.pop(name, None)
        super().process_request(request)
        if getattr(request, "host_kind", None) == HostKind.CONSOLE:
            key = request.COOKIES.get(settings.CONSOLE_SESSION_COOKIE_NAME)
            request.session = self.SessionStore(key)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(request, "host_kind", None) != HostKind.CONSOLE:
            return super().process_response(request, response)
        if request.session.modified and not request.session.is_empty():
            request.session.set_expiry(settings.CONSOLE_SESSION_AGE)
        request.COOKIES[settings.SESSION_COOKIE_NAME] = request.COOKIES.get(settings.CONSOLE_SESSION_COOKIE_NAME, "")
        response = super().process_response(request, response)
        cookie = response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        if cookie is not None:
            name = settings.CONSOLE_SESSION_COOKIE_NAME
            response.cookies[name] = cookie.value
            response.cookies[name].update({k: v for k, v in cookie.items() if v != ""})
            response.cookies[name]["samesite"] = "Strict"
        return response


class PortalRedirectMiddleware:
    """Wagtail's redirects, on portals only: their table exists in communes' schemas alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        from wagtail.contrib.redirects.middleware import RedirectMiddleware

        self.get_response = get_response
        self.redirects = RedirectMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 404 or getattr(request, "host_kind", None) != HostKind.PORTAL:
            return response
        redirected: HttpResponseBase = self.redirects.process_response(request, response)
        return redirected
