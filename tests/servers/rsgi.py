"""granian's side of RSGI, for tests that need no socket: a request goes in, what was answered comes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any


class Headers:
    """As granian gives them: names in lower case; a value with other letters than ASCII has a name and no value."""

    def __init__(self, given: list[tuple[str, str]]) -> None:
        self._given = [(name.lower(), value) for name, value in given]

    def items(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self._given if value.isascii()]

    def get(self, name: str, default: Any = None) -> Any:
        first = next((value for key, value in self._given if key == name), None)
        return default if first is None or not first.isascii() else first

    def get_all(self, name: str) -> list[str]:
        return [value for key, value in self.items() if key == name]

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _value in self._given)


class Scope:
    """A request's head."""

    def __init__(self, method: str, path: str, query: str, headers: list[tuple[str, str]]) -> None:
        self.method, self.path, self.query_string, self.headers = method, path, query, Headers(headers)
        self.scheme, self.http_version, self.authority = "http", "1.1", None
        self.client, self.server = "127.0.0.1:50000", "127.0.0.1:8000"


class Answered:
    """Takes the answer; its own body is empty."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 0, {}, b""  # type: int, dict[str, str], bytes

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, {name.lower(): value for name, value in headers}, body

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        raise StopAsyncIteration


def asked(front: Any, path: str = "/", method: str = "GET", query: str = "", **headers: str) -> Answered:
    """One request to an RSGI application."""
    given = [(name.replace("_", "-"), value) for name, value in {"host": "gera.localhost", **headers}.items()]
    answered = Answered()
    asyncio.run(front.__rsgi__(Scope(method, path, query, given), answered))
    return answered
