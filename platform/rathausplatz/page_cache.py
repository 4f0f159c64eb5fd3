"""Whole pages for anonymous visitors, kept in the process in front of Django.

A view that is the same for everybody says so with the header `X-Page-Cache: <seconds>`; nothing else is ever kept.
Every process hears of changes by PostgreSQL's NOTIFY (`tenants.communes.invalidation`); while it can't hear, it keeps
nothing. An answer that was being made while something changed is not kept, so an old page can't outlive its change.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

import brotli
from django.conf import settings

from rathausplatz.metrics.counters import PAGE_CACHE
from rathausplatz.middleware import PAGE_CACHE_HEADER
from tenants.communes.invalidation import listener, watch

MOST_PAGES = 5000
MOST_BYTES = 128 * 1024 * 1024
NOT_KEPT = frozenset({"x-page-cache", "x-request-id", "content-length", "content-encoding", "vary", "etag", "date"})
HIT, MISSED, PASSED = (PAGE_CACHE.labels(outcome) for outcome in ("hit", "miss", "pass"))
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApplication = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One finished answer in each encoding, with headers ready to send."""

    schema: str
    expires: float
    etag: str
    bodies: dict[str, bytes]
    headers: dict[str, list[tuple[str, str]]]

    @property
    def size(self) -> int:
        """Bytes this page occupies, about."""
        return sum(len(body) for body in self.bodies.values())


class PageStore:
    """The pages of this process."""

    def __init__(self) -> None:
        self._pages: dict[Key, Page] = {}
        self._bytes = 0
        self._lock = threading.Lock()
        self.changes = 0

    def get(self, key: Key) -> Page | None:
        """A page that is still fresh."""
        page = self._pages.get(key)
        return page if page is not None and page.expires > time.monotonic() else None

    def put(self, key: Key, page: Page, seen_changes: int) -> None:
        """Keep a page, unless something changed since `seen_changes` was read or the store is full."""
        with self._lock:
            if seen_changes != self.changes or not listener.listening():
                return
            if len(self._pages) >= MOST_PAGES or self._bytes + page.size > MOST_BYTES:
                self._pages.clear()
                self._bytes = 0
            old = self._pages.get(key)
            self._bytes += page.size - (old.size if old else 0)
            self._pages[key] = page

    def forget(self, schema: str) -> None:
        """Drop one commune's pages and the platform's own, which may name it; "" drops all."""
        with self._lock:
            self.changes += 1
            kept = {k: p for k, p in self._pages.items() if schema and p.schema not in ("", schema)}
            self._pages, self._bytes = kept, sum(page.size for page in kept.values())


store = PageStore()


@watch("pages")
def forget_pages(schema: str) -> None:
    """A commune's public pages changed."""
    store.forget(schema)


@watch("hosts")
def forget_pages_of_hosts(schema: str) -> None:
    """A host or a commune's state changed: what its addresses show may too. "" means every commune's."""
    store.forget(schema)


class PageCache:
    """WSGI middleware."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self._private = {settings.SESSION_COOKIE_NAME, settings.CONSOLE_SESSION_COOKIE_NAME, "messages"}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        listener.start()
        key = self._key(environ)
        if key is None:
            PASSED.inc()
            return self.application(environ, start_response)
        page = store.get(key)
        if page is None:
            MISSED.inc()
            return self._ask(key, environ, start_response)
        HIT.inc()
        return _send(page, environ, start_response)

    def _key(self, environ: Environ) -> Key | None:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ.get("QUERY_STRING"):
            return None
        cookies = environ.get("HTTP_COOKIE")
        if cookies and self._is_personal(cookies):
            return None
        return (environ.get("HTTP_HOST", "").lower(), environ.get("PATH_INFO", ""), environ["wsgi.url_scheme"])

    def _is_personal(self, cookies: str) -> bool:
        try:
            return not self._private.isdisjoint(SimpleCookie(cookies))
        except CookieError:
            return True

    def _ask(self, key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        changes = store.changes
        asked = environ | {"REQUEST_METHOD": "GET"}
        asked.pop("HTTP_IF_NONE_MATCH", None)
        answer: list[Any] = []
        body = self.application(asked, lambda status, headers, exc_info=None: answer.extend([status, headers]))
        status, headers = answer[0], answer[1]
        seconds = next((value for name, value in headers if name.lower() == PAGE_CACHE_HEADER.lower()), "")
        if status.startswith("200") and seconds.isdigit() and not _sets_cookie(headers):
            page = _page(asked.get("rathausplatz.schema", ""), int(seconds), headers, _whole(body))
            store.put(key, page, changes)
            return _send(page, environ, start_response)
        start_response(status, headers)
        return body if environ["REQUEST_METHOD"] == "GET" else _emptied(body)


def _sets_cookie(headers: list[tuple[str, str]]) -> bool:
    return any(name.lower() == "set-cookie" for name, _value in headers)


def _whole(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()


def _emptied(body: Iterable[bytes]) -> Iterable[bytes]:
    _whole(body)
    return []


def _page(schema: str, seconds: int, headers: list[tuple[str, str]], body: bytes) -> Page:
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    bodies = {"br": brotli.compress(body, quality=5), "gzip": gzip.compress(body, 6, mtime=0), "": body}
    kept = [(name, value) for name, value in headers if name.lower() not in NOT_KEPT | {"cache-control"}]
    kept += [("Cache-Control", "no-cache"), ("ETag", etag), ("Vary", "Accept-Encoding, Cookie")]
    ready = {
        coding: [*kept, ("Content-Length", str(len(data))), *([("Content-Encoding", coding)] if coding else [])]
        for coding, data in bodies.items()
    }
    return Page(schema, time.monotonic() + seconds, etag, bodies, ready)


def _send(page: Page, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    if environ.get("HTTP_IF_NONE_MATCH") == page.etag:
        start_response("304 Not Modified", [("ETag", page.etag), ("Cache-Control", "no-cache")])
        return []
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    coding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
    start_response("200 OK", page.headers[coding])
    return [page.bodies[coding]] if environ["REQUEST_METHOD"] == "GET" else []
