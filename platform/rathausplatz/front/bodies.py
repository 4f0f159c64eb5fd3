"""Reading what visitors send: whole, into memory, within limits of size, time and number.

A body is read before anybody works on it. While it comes it costs its bytes and no thread; who sends too slowly, too
much, or too many at once is refused, and others don't notice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from http import HTTPStatus

from rathausplatz.front.requests import Asked

MEBIBYTE = 1024 * 1024
# the largest file a form takes, with what is around it. infra/deploy/caddy/Caddyfile has the same number
MOST_BYTES = 12 * MEBIBYTE
# all bodies of the process together, and those of one visitor (a town hall behind one address is one)
MOST_AT_ONCE, MOST_BYTES_AT_ONCE = 256, 96 * MEBIBYTE
MOST_OF_ONE, MOST_BYTES_OF_ONE = 16, 32 * MEBIBYTE
# seconds without a byte, seconds for a small body, and how many bytes a second a large one must bring
LONGEST_PAUSE = 10.0
GRACE = 10.0
SLOWEST = 32 * 1024


class RefusedError(Exception):
    """A body that is not taken; the text is for who sent it."""

    def __init__(self, status: HTTPStatus, text: str) -> None:
        super().__init__(text)
        self.status = status


class GoneError(Exception):
    """The visitor closed the connection before everything was sent."""


TOO_LARGE = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    f"Das ist zu groß: Auf einmal nehmen wir höchstens {MOST_BYTES // MEBIBYTE} MB an. Verkleinern Sie die Datei, oder "
    "senden Sie mehrere Dateien nacheinander.",
)
NO_LENGTH = (HTTPStatus.LENGTH_REQUIRED, "Ihr Programm sagt nicht, wie viel es sendet (Content-Length).")
BAD_LENGTH = (HTTPStatus.BAD_REQUEST, "Ihr Programm sagt nicht richtig, wie viel es sendet (Content-Length).")
TOO_SLOW = (
    HTTPStatus.REQUEST_TIMEOUT,
    "Ihre Eingaben kamen zu langsam an und sind nicht gespeichert. Versuchen Sie es bitte noch einmal.",
)
TOO_MANY = (
    HTTPStatus.TOO_MANY_REQUESTS,
    "Von Ihrem Anschluss kommt gerade sehr viel auf einmal. Versuchen Sie es bitte in einer Minute noch einmal.",
)
FULL = (
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Gerade senden uns sehr viele etwas. Versuchen Sie es bitte in einer Minute noch einmal.",
)


def announced_length(asked: Asked) -> int:
    """How many bytes are announced. Raises RefusedError before any is read, for too many or an unknown number."""
    if "transfer-encoding" in asked.headers:
        raise RefusedError(*NO_LENGTH)
    text = asked.header("content-length") or "0"
    if not (text.isascii() and text.isdigit()):
        raise RefusedError(*BAD_LENGTH)
    # digits without end would cost time to read as a number
    if len(text) > len(str(MOST_BYTES)) or int(text) > MOST_BYTES:
        raise RefusedError(*TOO_LARGE)
    return int(text)


async def next_part(parts: AsyncIterator[bytes]) -> bytes:
    """The next part that has come, b"" at the end. Not `anext`, whose default granian's awaitables don't bear."""
    try:
        return await parts.__anext__()
    except StopAsyncIteration:
        return b""


class Bodies:
    """All bodies of this process that are being received, or wait for an answer. Used by the event loop only."""

    def __init__(self) -> None:
        self._held = 0
        self._count: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def receive(self, asked: Asked, parts: AsyncIterator[bytes]) -> Body:
        """A body that can be read; leave it when the request is answered. Raises RefusedError as `announced_length`."""
        return Body(self, asked.visitor, announced_length(asked), parts)

    def enter(self, visitor: str) -> None:
        """Count one more body. Raises RefusedError."""
        if self._count[visitor] >= MOST_OF_ONE:
            raise RefusedError(*TOO_MANY)
        if self._count.total() >= MOST_AT_ONCE:
            raise RefusedError(*FULL)
        self._count[visitor] += 1

    def take(self, visitor: str, size: int) -> None:
        """Count bytes that have arrived. Raises RefusedError."""
        if self._bytes[visitor] + size > MOST_BYTES_OF_ONE:
            raise RefusedError(*TOO_MANY)
        if self._held + size > MOST_BYTES_AT_ONCE:
            raise RefusedError(*FULL)
        self._held += size
        self._bytes[visitor] += size

    def leave(self, visitor: str, size: int) -> None:
        """A body is gone, with all its bytes."""
        self._held -= size
        for counter, part in ((self._count, 1), (self._bytes, size)):
            counter[visitor] -= part
            if counter[visitor] <= 0:
                del counter[visitor]


class Body:
    """One body. A context manager: inside, its bytes count."""

    def __init__(self, bodies: Bodies, visitor: str, length: int, parts: AsyncIterator[bytes]) -> None:
        self._bodies, self._visitor, self._length, self._parts = bodies, visitor, length, parts
        self._taken = 0

    def __enter__(self) -> Body:
        if self._length:
            self._bodies.enter(self._visitor)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._length:
            self._bodies.leave(self._visitor, self._taken)

    async def read(self) -> bytes:
        """All of it. Raises RefusedError for what comes too slowly or too much at once, GoneError without a sender."""
        if not self._length:
            return b""
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(GRACE + self._length / SLOWEST):
                while self._taken < self._length:
                    parts.append(await self._part())
        except TimeoutError:
            raise RefusedError(*TOO_SLOW) from None
        return b"".join(parts)

    async def _part(self) -> bytes:
        async with asyncio.timeout(LONGEST_PAUSE):
            part = await next_part(self._parts)
        if not part:
            raise GoneError
        self._bodies.take(self._visitor, len(part))
        self._taken += len(part)
        return part
