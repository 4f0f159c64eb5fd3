"""The page cache keeps only what a view allowed, and forgets it when anything changed."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from rathausplatz.page_cache import Page, PageCache, PageStore, store

from tenants.communes.invalidation import invalidate_pages, listener
from tenants.communes.scope import commune_scope
from tests.servers.running import wait_until

pytestmark = pytest.mark.commits


class Site:
    """A WSGI application that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.headers: list[tuple[str, str]] = [("Content-Type", "text/html"), ("X-Page-Cache", "60")]
        self.during: Callable[[], None] = lambda: None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.asked += 1
        self.during()
        environ["rathausplatz.schema"] = "gera"
        start_response("200 OK", list(self.headers))
        return [f"Seite {self.asked}".encode() * 50]


class Visitor:
    """Asks the cached site and keeps the last answer's parts."""

    def __init__(self, site: Site) -> None:
        self.application = PageCache(site)

    def get(self, path: str = "/", method: str = "GET", query: str = "", **headers: str) -> bytes:
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "gera.localhost",
            "wsgi.url_scheme": "http", **headers,
        }  # fmt: skip
        self.status, self.headers = "", {}

        def start_response(status: str, sent: list[tuple[str, str]], exc_info: Any = None) -> None:
            self.status, self.headers = status, dict(sent)

        return b"".join(self.application(environ, start_response))


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that other threads bring about."""
    wait_until(condition, what="another thread brings it about")


@pytest.fixture
def site(database: None) -> Iterator[Site]:
    listener.start()
    until(listener.listening)
    store.forget("")
    yield Site()
    listener.stop()


def test_a_second_visitor_gets_the_kept_page(site: Site, gera: Any) -> None:
    visitor = Visitor(site)
    assert visitor.get() == visitor.get()
    assert site.asked == 1
    assert gzip.decompress(visitor.get(HTTP_ACCEPT_ENCODING="gzip")) == visitor.get()
    assert "X-Page-Cache" not in visitor.headers


def test_a_known_page_is_not_sent_again(site: Site, gera: Any) -> None:
    visitor = Visitor(site)
    visitor.get()
    assert visitor.get(HTTP_IF_NONE_MATCH=visitor.headers["ETag"]) == b""
    assert visitor.status == "304 Not Modified"


@pytest.mark.parametrize(
    "request_parts",
    [
        {"HTTP_COOKIE": "portal_session=abc"},
        {"HTTP_COOKIE": "a=b; messages=x"},
        {"query": "q=x"},
        {"method": "POST"},
    ],
)
def test_personal_and_changing_requests_are_never_kept(site: Site, gera: Any, request_parts: dict[str, str]) -> None:
    visitor = Visitor(site)
    assert visitor.get(**request_parts) != visitor.get(**request_parts)


def test_an_answer_that_sets_a_cookie_or_says_nothing_is_not_kept(site: Site, gera: Any) -> None:
    visitor = Visitor(site)
    site.headers.append(("Set-Cookie", "a=b"))
    assert visitor.get() != visitor.get()
    site.headers = [("Content-Type", "text/html")]
    assert visitor.get() != visitor.get()


def test_a_committed_change_is_seen_at_once_and_a_rolled_back_one_never(site: Site, gera: Any) -> None:
    visitor = Visitor(site)
    before = visitor.get()
    with commune_scope(gera):
        invalidate_pages()
        transaction.set_rollback(True)
    assert visitor.get() == before
    with commune_scope(gera):
        invalidate_pages()
    assert visitor.get() != before


def test_another_commune_s_change_keeps_this_one_s_pages(site: Site, gera: Any, wurzen: Any) -> None:
    visitor = Visitor(site)
    before = visitor.get()
    changes = store.changes
    with commune_scope(wurzen):
        invalidate_pages()
    until(lambda: store.changes >= changes + 2)
    assert visitor.get() == before


def test_a_page_made_while_something_changed_is_not_kept(site: Site, gera: Any) -> None:
    visitor = Visitor(site)
    site.during = lambda: store.forget("gera")
    visitor.get()
    site.during = lambda: None
    visitor.get()
    assert site.asked == 2


def test_a_commune_s_change_drops_its_pages_and_the_platform_s_own(site: Site) -> None:
    pages = PageStore()
    for schema in ("gera", "wurzen", ""):
        page = Page(schema, time.monotonic() + 60, '"e"', {"": b"x"}, {"": []})
        pages.put((f"{schema}.localhost", "/", "http"), page, pages.changes)
    pages.forget("gera")
    kept = [pages.get((f"{schema}.localhost", "/", "http")) is not None for schema in ("gera", "wurzen", "")]
    assert kept == [False, True, False]
