"""Sending answers, as fast as they are read: whoever reads slowly holds memory for one part, and no thread."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import termios
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from rathausplatz.front.answers import PART, Answer, Header, Rest

# otherwise granian tells the world its own name
SERVER: Header = ("server", "rathausplatz")
# who takes nothing for so long has gone
READ_WITHIN = 30.0
TAKEN_EVERY = 0.02
Fetch = Callable[[Rest], Awaitable[bytes]]


async def send_answer(proto: Any, answer: Answer, *, with_body: bool, fetch: Fetch) -> None:
    """Send an answer, its rest part by part. Raises TimeoutError when the reader takes nothing for READ_WITHIN."""
    headers = [SERVER, *((name.lower(), value) for name, value in answer.headers)]
    if not with_body:
        proto.response_empty(answer.status, headers)
    elif answer.path:
        proto.response_file(answer.status, headers, answer.path)
    elif answer.rest is None:
        proto.response_bytes(answer.status, headers, answer.body)
    else:
        await _send_rest(proto, answer, answer.rest, headers, fetch)


async def _send_rest(proto: Any, answer: Answer, rest: Rest, headers: list[Header], fetch: Fetch) -> None:
    """granian's own stream takes any amount at once. From a pipe it reads what it has sent, and no more."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        proto.response_file(answer.status, headers, f"/proc/self/fd/{reading}")
        while part := await fetch(rest):
            for at in range(0, len(part), PART):
                await _write(writing, memoryview(part)[at : at + PART])
        # granian opens the pipe for itself; until all is taken ours must stay
        async with asyncio.timeout(READ_WITHIN):
            while _waiting(reading):
                await asyncio.sleep(TAKEN_EVERY)
    finally:
        os.close(writing)
        os.close(reading)


async def _write(pipe: int, part: memoryview) -> None:
    async with asyncio.timeout(READ_WITHIN):
        while part:
            with suppress(BlockingIOError):
                part = part[os.write(pipe, part) :]
                continue
            await _room(pipe)


async def _room(pipe: int) -> None:
    loop = asyncio.get_running_loop()
    there: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not there.done():
            there.set_result(None)

    loop.add_writer(pipe, wake)
    try:
        await there
    finally:
        loop.remove_writer(pipe)


def _waiting(pipe: int) -> int:
    """How many bytes stand in a pipe."""
    found: tuple[int] = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))
    return found[0]
