"""Whole pages for anonymous visitors, kept in the process in front of Django.

A view that is the same for everybody says so with the header `X-Page-Cache: <seconds>`; nothing else is ever kept.
Every process hears of changes by PostgreSQL's NOTIFY (`tenants.communes.invalidation`); while it can't hear, it keeps
nothing. An answer that was being made while something changed is not kept, so an old page can't outlive its change.

What was kept when the process stopped hearing is set apart: a page of before, in place of none, while the database is
out of reach.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from dataclasses import dataclass
from typing import Any

import brotli

from rathausplatz.front.answers import Answer, Header
from rathausplatz.front.requests import name_of
from rathausplatz.front.sending import SERVER
from tenants.communes.cookies import is_personal
from tenants.communes.invalidation import listener, watch
from tenants.communes.page_caching import HEADER

MOST_PAGES = 5000
MOST_BYTES = 128 * 1024 * 1024
# how old a page may be that stands in for one that can't be made
LAST_RESORT_SECONDS = 30 * 60
NOT_KEPT = frozenset(
    ["x-page-cache", "x-request-id", "content-length", "content-encoding", "cache-control", "vary", "etag", "date"]
)
# granian passes no cookie on that has other letters than ASCII: then nobody knows who asks
UNREADABLE = "?"
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One finished answer in each encoding, with headers ready to send."""

    schema: str
    made: float
    expires: float
    etag: str
    bodies: dict[str, bytes]
    headers: dict[str, list[Header]]

    @property
    def size(self) -> int:
        """Bytes this page occupies, about."""
        return sum(len(body) for body in self.bodies.values())


class PageStore:
    """The pages of this process."""

    def __init__(self) -> None:
        self._pages: dict[Key, Page] = {}
        # of before this process stopped hearing
        self._before: dict[Key, Page] = {}
        self._bytes = 0
        self._lock = threading.Lock()
        self.changes = 0

    def get(self, key: Key) -> Page | None:
        """A page that is still fresh."""
        page = self._pages.get(key)
        return page if page is not None and page.expires > time.monotonic() else None

    def last_resort(self, key: Key) -> Page | None:
        """A page to show when none can be made: not fresh any more, or of before this process stopped hearing."""
        page = self._pages.get(key) or self._before.get(key)
        return page if page is not None and page.made > time.monotonic() - LAST_RESORT_SECONDS else None

    def put(self, key: Key, page: Page, seen_changes: int) -> None:
        """Keep a page, unless something changed since `seen_changes` was read; the oldest make room."""
        with self._lock:
            if seen_changes != self.changes or not listener.listening():
                return
            old = self._pages.pop(key, None)
            self._bytes += page.size - (old.size if old else 0)
            self._pages[key] = page
            while len(self._pages) > MOST_PAGES or self._bytes > MOST_BYTES:
                self._bytes -= self._pages.pop(next(iter(self._pages))).size

    def forget(self, schema: str) -> None:
        """Drop one commune's pages and the platform's own, which may name it; "" drops all."""
        with self._lock:
            self.changes += 1
            self._before = _without(self._before, schema)
            self._pages = _without(self._pages, schema)
            self._bytes = sum(page.size for page in self._pages.values())

    def set_aside(self) -> None:
        """This process hears nothing any more: what is kept is a last resort from now on."""
        with self._lock:
            self.changes += 1
            self._before.update(self._pages)
            self._pages, self._bytes = {}, 0


def _without(pages: dict[Key, Page], schema: str) -> dict[Key, Page]:
    return {k: p for k, p in pages.items() if schema and p.schema not in ("", schema)}


store = PageStore()


@watch("pages", on_loss=store.set_aside)
def forget_pages(schema: str) -> None:
    """A commune's public pages changed."""
    store.forget(schema)


@watch("hosts", on_loss=store.set_aside)
def forget_pages_of_hosts(schema: str) -> None:
    """A host or a commune's state changed: what its addresses show may too. "" means every commune's."""
    store.forget(schema)


def key_of(scope: Any) -> Key | None:
    """Under which key the answer to this may be found; None for what is personal, or may be."""
    if scope.method not in ("GET", "HEAD") or scope.query_string:
        return None
    headers = scope.headers
    if "cookie" in headers and is_personal("; ".join(headers.get_all("cookie")) or UNREADABLE):
        return None
    return name_of(headers.get("host", "")), scope.path, scope.scheme


def page_of(answer: Answer) -> Page | None:
    """The page to keep of a whole answer to an anonymous GET, None when it did not allow that."""
    seconds = answer.header(HEADER.lower())
    if answer.status != 200 or answer.rest or answer.path or not seconds.isdigit() or answer.header("set-cookie"):
        return None
    etag = f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"'
    bodies = {
        "br": brotli.compress(answer.body, quality=5),
        "gzip": gzip.compress(answer.body, 6, mtime=0),
        "": answer.body,
    }
    kept = [(name.lower(), value) for name, value in answer.headers if name.lower() not in NOT_KEPT]
    kept += [SERVER, ("cache-control", "no-cache"), ("etag", etag), ("vary", "Accept-Encoding, Cookie")]
    ready = {coding: [*kept, *_of_body(coding, data)] for coding, data in bodies.items()}
    now = time.monotonic()
    schema = answer.environ.get("rathausplatz.schema", "")
    return Page(schema, now, now + int(seconds), etag, bodies, ready)


def _of_body(coding: str, body: bytes) -> list[Header]:
    return [("content-length", str(len(body))), *([("content-encoding", coding)] if coding else [])]


def _best_coding(accepted: str) -> str:
    """The best of our encodings that a request accepts; "q=0" means that it does not (RFC 9110 § 12.5.3)."""
    if "q=0" in accepted:
        offers = [offer.replace(" ", "").partition(";") for offer in accepted.split(",")]
        accepted = ",".join(name for name, _semicolon, weight in offers if weight.strip("q=0.") or not weight)
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""


def send_page(proto: Any, page: Page, scope: Any) -> None:
    """Send a page in the best encoding; nothing but its mark to who has it already."""
    headers = scope.headers
    if headers.get("if-none-match") == page.etag:
        proto.response_empty(304, [SERVER, ("etag", page.etag), ("cache-control", "no-cache")])
        return
    coding = _best_coding(headers.get("accept-encoding", ""))
    if scope.method == "GET":
        proto.response_bytes(200, page.headers[coding], page.bodies[coding])
    else:
        proto.response_empty(200, page.headers[coding])
