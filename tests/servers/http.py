"""Visitors who send and read at their own pace: HTTP/1.1 by hand."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; status 0 when the connection was closed without one."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")


class Visitor:
    """A connection to a port of this machine, kept open until the end of the block."""

    def __init__(
        self, port: int, *, seconds: float = 30.0, source: str = "127.0.0.1", small_window: bool = False
    ) -> None:
        self.socket = socket.socket()
        if small_window:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.bind((source, 0))
        self.socket.settimeout(seconds)
        self.socket.connect(("127.0.0.1", port))

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def send(
        self, method: str, path: str, host: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        """Send a head and the beginning of a body."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{k}: {v}" for k, v in (headers or {}).items())]
        self.socket.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def more(self, body: bytes) -> None:
        """Send more of it; whoever hung up doesn't mind."""
        with suppress(OSError):
            self.socket.sendall(body)

    def read(self) -> Said:
        """The whole answer, until its length is there or the other side closes."""
        got = b""
        with suppress(ConnectionError):
            while b"\r\n\r\n" not in got and (part := self.socket.recv(65536)):
                got += part
        head, _gap, body = got.partition(b"\r\n\r\n")
        if not head:
            return Said(0, {}, b"")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", "-1"))
        with suppress(ConnectionError):
            while (length < 0 or len(body) < length) and (part := self.socket.recv(65536)):
                body += part
        return Said(int(first.split()[1]), headers, body)


def visit(
    port: int, path: str, host: str, *, method: str = "GET", body: bytes = b"", seconds: float = 30.0, **headers: str
) -> Said:
    """One request by a connection of its own."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()} | {"Connection": "close"}
    if body:
        sent["Content-Length"] = str(len(body))
    with Visitor(port, seconds=seconds) as visitor:
        visitor.send(method, path, host, sent, body)
        return visitor.read()
