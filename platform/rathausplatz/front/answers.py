"""What a WSGI application answers: whole, or with a rest that is made as its reader takes it."""

from __future__ import annotations

import contextvars
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rathausplatz.front.requests import Environ

WSGIApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Header = tuple[str, str]
# files up to this are read by who made the answer; larger ones part by part, as their reader takes them
SMALL = 256 * 1024
PART = 64 * 1024


@dataclass(slots=True)
class Answer:
    """A finished answer; or one whose `rest` is still to be made, or lies whole in the file `path`."""

    status: int
    headers: list[Header]
    body: bytes
    rest: Rest | None = None
    path: str = ""
    # what the environment said when the application was through
    environ: Environ = field(default_factory=dict)

    def header(self, name: str) -> str:
        """A header's text, "" when there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class Rest:
    """What is still to come of a streamed answer. Each part is made in the context of the request."""

    def __init__(self, parts: Iterator[bytes], close: Callable[[], None], *, is_file: bool) -> None:
        self._parts, self._close, self.is_file = parts, close, is_file
        self._context = contextvars.copy_context()

    def next_part(self) -> bytes:
        """The next part, b"" at the end."""
        return self._context.run(next, self._parts, b"")

    def close(self) -> None:
        """Give back what the answer holds. Django hears that the request has ended."""
        self._context.run(self._close)


def answer_of(application: WSGIApplication, environ: Environ) -> Answer:
    """Ask the application and take its answer: whole, unless it streams."""
    said: list[Any] = []
    result = application(environ, lambda status, headers, exc_info=None: said.extend([status, headers]))
    close = getattr(result, "close", lambda: None)
    file = getattr(result, "file_to_stream", None)
    answer = Answer(int(said[0].split(" ", 1)[0]), said[1], b"", environ=environ)
    try:
        if not getattr(result, "streaming", False):
            answer.body = b"".join(result)
        elif file is None:
            answer.rest = Rest(filter(None, iter(result)), close, is_file=False)
        elif not (path := _whole_file(file, answer)):
            answer.rest = Rest(iter(lambda: bytes(file.read(PART)), b""), close, is_file=True)
        elif os.path.getsize(path) <= SMALL:
            answer.body = bytes(file.read())
        else:
            answer.path = path
    except BaseException:
        close()
        raise
    if answer.rest is None:
        close()
    return answer


def _whole_file(file: Any, answer: Answer) -> str:
    """Where on this machine's disk the answer lies as it is; "" for a part of a file, and for what lies elsewhere."""
    path = getattr(file, "name", None)
    if answer.status != 200 or not isinstance(path, str) or not os.path.isabs(path) or not os.path.isfile(path):
        return ""
    return path if answer.header("content-length") == str(os.path.getsize(path)) else ""
