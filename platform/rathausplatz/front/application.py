"""The application of web servers, as granian calls it (RSGI): who is answered how, and by whom."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any

from rathausplatz.front.answers import Answer, Rest, WSGIApplication, answer_of
from rathausplatz.front.bodies import MEBIBYTE, Bodies, GoneError, RefusedError, next_part
from rathausplatz.front.refusals import healthy, refusal
from rathausplatz.front.requests import Asked, Environ, name_of
from rathausplatz.front.sending import send_answer
from rathausplatz.front.waiting import FullError, Threads
from rathausplatz.front.watching import DatabaseWatch
from rathausplatz.metrics.counters import PAGE_CACHE
from rathausplatz.page_cache import Key, Page, key_of, page_of, send_page, store
from tenants.communes import away
from tenants.communes.backend.waiting import STATEMENT_SECONDS, patience
from tenants.communes.hosts import READY, last_known
from tenants.communes.invalidation import listener
from tenants.communes.middleware import IS_WAITED_FOR

# how long a request waits for its turn, and then for its answer
TURN_SECONDS = 8.0
ANSWER_SECONDS = 60.0
END_WITHIN = 10.0
FILE_READERS = 8
# of a body that was refused: so much is thrown away, so that who is sending comes to read why
DRAINED_BYTES, DRAINED_SECONDS = 4 * MEBIBYTE, 2.0
OVERLOADED = (
    "Das Portal ist gerade überlastet. Ihre Eingaben sind nicht gespeichert. Versuchen Sie es bitte gleich noch einmal."
)
HIT, MISSED, PASSED = (PAGE_CACHE.labels(outcome) for outcome in ("hit", "miss", "pass"))
Found = Answer | Page


class Front:
    """Answers what it can itself and hands everything else, complete, to `application` on one of few threads."""

    def __init__(self, application: WSGIApplication, *, threads: int) -> None:
        self._application = application
        self._threads = Threads(threads, name="application")
        # makes the page that says "come back soon"; never asks the database
        self._reserve = Threads(1, name="reserve")
        self._readers = ThreadPoolExecutor(FILE_READERS, thread_name_prefix="reader")
        self._bodies = Bodies()
        self._making: dict[Key, asyncio.Event] = {}
        self._database = DatabaseWatch()

    def __rsgi_init__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Before the first request: hear of changes."""
        listener.start()

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """After the last one."""
        self._threads.end(within=END_WITHIN)

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        """One request."""
        if answered_at_once(scope, proto):
            return
        key = key_of(scope)
        asked = Asked.of(scope)
        (PASSED if key is None else MISSED).inc()
        await self._serve(asked, key, proto)

    async def _serve(self, asked: Asked, key: Key | None, proto: Any) -> None:
        parts = aiter(proto)
        lane = _lane_of(asked)
        try:
            with self._bodies.receive(asked, parts) as body:
                found = await self._found(asked, key, lane, await body.read())
        except RefusedError as error:
            await self._send(proto, asked, refusal(asked, error.status, str(error)), lane=lane)
            await _drain(parts)
        except GoneError:
            return
        else:
            if isinstance(found, Page):
                send_page(proto, found, asked.scope)
            else:
                await self._send(proto, asked, found, lane)

    async def _found(self, asked: Asked, key: Key | None, lane: str, body: bytes) -> Found:
        if key is None:
            return await self._made(asked, None, lane, body)
        if (others := self._making.get(key)) is not None:
            # who waited takes the page only if nothing has changed since it was begun
            await others.wait()
            if (page := store.get(key)) is not None:
                return page
        if key in self._making or store.last_resort(key) is None:
            return await self._made(asked, key, lane, body)
        # known as a page for everybody that has grown old: many may want it now, and it is made once
        made = self._making[key] = asyncio.Event()
        try:
            return await self._made(asked, key, lane, body)
        finally:
            del self._making[key]
            made.set()

    async def _made(self, asked: Asked, key: Key | None, lane: str, body: bytes) -> Found:
        environ = asked.environ(body)
        if self._database.is_away and asked.path != READY:
            return self._last_resort(key) or await self._unavailable(asked, environ)
        found = await self._asked(key, lane, environ)
        if isinstance(found, Answer) and found.header(away.HEADER.lower()):
            self._database.suspect()
            found.headers = [(name, value) for name, value in found.headers if name != away.HEADER]
            return self._last_resort(key) or found
        if found is None:
            self._database.suspect()
            return self._last_resort(key) or await self._unavailable(asked, environ)
        return found

    def _last_resort(self, key: Key | None) -> Page | None:
        return store.last_resort(key) if key is not None else None

    async def _asked(self, key: Key | None, lane: str, environ: Environ) -> Found | None:
        """What the application says, None when it does not come to it in time."""
        waiting = _Waiting()
        environ[IS_WAITED_FOR] = waiting
        try:
            work = self._threads.submit(lane, partial(self._ask, key, environ, time.monotonic()))
        except FullError:
            return None
        found = asyncio.wrap_future(work)
        done, _pending = await asyncio.wait({found}, timeout=TURN_SECONDS)
        if not done and not work.cancel():
            done, _pending = await asyncio.wait({found}, timeout=ANSWER_SECONDS)
        if not done:
            waiting.given_up = True
            work.add_done_callback(_closed)
            return None
        return found.result()

    def _ask(self, key: Key | None, environ: Environ, since: float) -> Found:
        """In a thread: the application's answer, as a page to be kept if it may be."""
        changes = store.changes
        if key is not None:
            environ["REQUEST_METHOD"] = "GET"
            environ.pop("HTTP_IF_NONE_MATCH", None)
        with patience(STATEMENT_SECONDS - (time.monotonic() - since)):
            answer = answer_of(self._application, environ)
        page = page_of(answer) if key is not None else None
        if key is None or page is None:
            return answer
        store.put(key, page, changes)
        return page

    async def _unavailable(self, asked: Asked, environ: Environ) -> Answer:
        """The commune's own page that says when to come back."""
        environ = environ | {away.REFUSED: "1", IS_WAITED_FOR: _Waiting()}
        try:
            work = self._reserve.submit("", partial(answer_of, self._application, environ))
            async with asyncio.timeout(TURN_SECONDS):
                answer = await asyncio.wrap_future(work)
        except (FullError, TimeoutError):
            return refusal(asked, HTTPStatus.SERVICE_UNAVAILABLE, OVERLOADED)
        answer.headers = [(name, value) for name, value in answer.headers if name != away.HEADER]
        return answer

    async def _send(self, proto: Any, asked: Asked, answer: Answer, lane: str) -> None:
        run = partial(self._run, lane)
        try:
            await send_answer(
                proto, answer, with_body=asked.method != "HEAD", fetch=lambda rest: run(rest, rest.next_part)
            )
        except TimeoutError:
            return  # who reads nothing gets nothing more
        finally:
            if answer.rest is not None:
                await run(answer.rest, answer.rest.close)

    async def _run(self, lane: str, rest: Rest, do: Callable[[], Any]) -> Any:
        """Files are read beside the application threads; what may ask the database is made by one of them."""
        if rest.is_file:
            return await asyncio.get_running_loop().run_in_executor(self._readers, do)
        return await asyncio.wrap_future(self._threads.submit(lane, partial(_patiently, do)))


def answered_at_once(scope: Any, proto: Any) -> bool:
    """Answer what needs nobody's work: a kept page, and whether this process lives. Whether that was it."""
    key = key_of(scope)
    if key is None:
        return False
    if (page := store.get(key)) is not None:
        HIT.inc()
        send_page(proto, page, scope)
        return True
    if scope.path == "/healthz":
        answer = healthy()
        proto.response_bytes(answer.status, answer.headers, answer.body)
        return True
    return False


class _Waiting:
    """Whether somebody still waits for the answer; the application asks before it stores anything for good."""

    given_up = False

    def __call__(self) -> bool:
        return not self.given_up


def _patiently(do: Callable[[], Any]) -> Any:
    with patience(STATEMENT_SECONDS):
        return do()


def _closed(work: Future[Found]) -> None:
    """Give back what an answer holds that nobody waits for any more."""
    if not work.cancelled() and work.exception() is None:
        found = work.result()
        if isinstance(found, Answer) and found.rest is not None:
            found.rest.close()


def _lane_of(asked: Asked) -> str:
    """Whose requests wait in one line: a commune's, whatever its hosts. All names we don't know (yet) share one."""
    host = last_known(name_of(asked.header("host")))
    if host is None:
        return ""
    return host.commune.schema if host.commune else f"({host.kind})"


async def _drain(parts: AsyncIterator[bytes]) -> None:
    left = DRAINED_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_SECONDS):
            while left > 0 and (part := await next_part(parts)):
                left -= len(part)
