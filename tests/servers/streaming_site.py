"""A site whose answers stream, behind the real front and granian: `-m tests.servers.streaming_site PORT FILE`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.servers.settings")

import django

django.setup()

from rathausplatz.front.application import Front  # noqa: E402

LINES = 2000


class Streamed:
    """As Django's streaming answers: parts, a file behind them or not, and an end that is told."""

    streaming = True

    def __init__(self, parts: Iterable[bytes], file: Any = None) -> None:
        self._parts, self.file_to_stream = parts, file

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        with Path(f"{sys.argv[2]}.closed").open("a") as note:
            note.write("x")


class Elsewhere:
    """A file that lies on no disk of ours."""

    def __init__(self, path: str) -> None:
        self._file = Path(path).open("rb")  # noqa: SIM115

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """/disk, /elsewhere, /made; everything else is short and whole."""
    path, file = environ["PATH_INFO"], sys.argv[2]
    length = [("Content-Length", str(os.path.getsize(file)))]
    if path == "/made":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Streamed(b"%d\n" % number for number in range(LINES))
    if path in ("/disk", "/elsewhere"):
        start_response("200 OK", length)
        return Streamed([], Path(file).open("rb") if path == "/disk" else Elsewhere(file))
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


front = Front(site, threads=2)

if __name__ == "__main__":
    from granian.constants import HTTPModes, Interfaces
    from rathausplatz.front.shortcut import WebServer

    WebServer(
        "tests.servers.streaming_site:front",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        backpressure=200,
    ).serve()
