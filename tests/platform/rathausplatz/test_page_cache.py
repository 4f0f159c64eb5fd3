"""The page cache keeps only what a view allowed, and forgets it when anything changed."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from rathausplatz.front.application import Front
from rathausplatz.page_cache import LAST_RESORT_SECONDS, Page, PageStore, store

from tenants.communes.invalidation import invalidate_pages, listener, lose_everything
from tenants.communes.scope import commune_scope
from tests.servers.rsgi import asked
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
    """Asks the site behind the front and keeps the last answer's parts."""

    def __init__(self, site: Site) -> None:
        self._front = Front(site, threads=1)

    def get(self, path: str = "/", method: str = "GET", query: str = "", **headers: str) -> bytes:
        answer = asked(self._front, path, method, query, **headers)
        self.status, self.headers = answer.status, answer.headers
        return answer.body


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
    assert gzip.decompress(visitor.get(accept_encoding="gzip")) == visitor.get()
    assert "x-page-cache" not in visitor.headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br ; q=0.000,gzip;q=0", ""),
        ("gzip;q=0.5, br;q=0.9", "br"),
        ("", ""),
    ],
)
def test_no_page_comes_in_an_encoding_that_was_declined(site: Site, gera: Any, accepted: str, coding: str) -> None:
    visitor = Visitor(site)
    visitor.get()
    visitor.get(accept_encoding=accepted)
    assert visitor.headers.get("content-encoding", "") == coding
    assert site.asked == 1


def test_a_known_page_is_not_sent_again(site: Site, gera: Any) -> None:
    visitor = Visitor(site)
    visitor.get()
    assert visitor.get(if_none_match=visitor.headers["etag"]) == b""
    assert visitor.status == 304


@pytest.mark.parametrize(
    "request_parts",
    [
        {"cookie": "portal_session=abc"},
        {"cookie": "a=b; messages=x"},
        {"cookie": "console_session=abc"},
        {"cookie": 'prefs={"a":"b"}; portal_session=abc'},
        # what can't be read may be anybody's
        {"cookie": "x[y]=1"},
        {"cookie": "foo"},
        {"cookie": "name=Jörg"},
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
        page = page_that_lasts(60, schema)
        pages.put((f"{schema}.localhost", "/", "http"), page, pages.changes)
    pages.forget("gera")
    kept = [pages.get((f"{schema}.localhost", "/", "http")) is not None for schema in ("gera", "wurzen", "")]
    assert kept == [False, True, False]


def page_that_lasts(seconds: float, schema: str = "gera", made: float = 0.0) -> Page:
    now = time.monotonic()
    return Page(schema, now + made, now + seconds, '"e"', {"": b"x"}, {"": []})


KEY = ("gera.localhost", "/", "http")


def test_a_cookie_that_says_nothing_of_who_asks_changes_nothing(site: Site, gera: Any) -> None:
    visitor = Visitor(site)
    assert visitor.get(cookie='prefs={"a":"b"}') == visitor.get() == visitor.get(cookie="csrftoken=x; a=b")
    assert site.asked == 1


def test_a_port_and_capitals_make_no_other_page(site: Site, gera: Any) -> None:
    visitor = Visitor(site)
    assert visitor.get() == visitor.get(host="Gera.localhost:4711")


def test_the_oldest_page_makes_room(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rathausplatz.page_cache.MOST_PAGES", 2)
    pages = PageStore()
    keys = [("gera.localhost", f"/{number}/", "http") for number in range(3)]
    for key in keys:
        pages.put(key, page_that_lasts(60), pages.changes)
    assert [pages.get(key) is not None for key in keys] == [False, True, True]


def test_a_page_of_before_is_no_fresh_page_but_the_last_resort_until_the_process_hears_again(site: Site) -> None:
    pages = PageStore()
    pages.put(KEY, page_that_lasts(60), pages.changes)
    pages.set_aside()
    pages.set_aside()  # each try that fails says so again
    assert (pages.get(KEY), pages.last_resort(KEY) is not None) == (None, True)
    pages.forget("")
    assert pages.last_resort(KEY) is None


def test_the_last_resort_grows_too_old_and_forgets_what_was_changed(site: Site) -> None:
    pages = PageStore()
    pages.put(KEY, page_that_lasts(60, made=-LAST_RESORT_SECONDS), pages.changes)
    assert pages.last_resort(KEY) is None
    pages.put(KEY, page_that_lasts(-1), pages.changes)
    assert (pages.get(KEY), pages.last_resort(KEY) is not None) == (None, True)
    pages.forget("gera")
    assert pages.last_resort(KEY) is None


def test_a_process_that_hears_nothing_serves_no_kept_page_while_new_ones_can_be_made(site: Site, gera: Any) -> None:
    visitor = Visitor(site)
    before = visitor.get()
    lose_everything()
    assert visitor.get() != before
