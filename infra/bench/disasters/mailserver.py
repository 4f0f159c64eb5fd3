"""A mail server that keeps what it gets, and can be as slow as wanted."""

from __future__ import annotations

import asyncio
import email
import re
import threading
from dataclasses import dataclass
from email.policy import default
from typing import Any

from infra.bench.site import free_port

ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that was taken."""

    to: str
    subject: str
    message_id: str
    text: str

    @property
    def kind(self) -> str:
        """What it is about: its subject without what differs from case to case."""
        return re.sub(r"[A-Z]{2,3}-[2-9B-Z]{4}-[2-9B-Z]{4}|\([^()]{0,200}\)|\d++", "", self.subject).strip()

    def link(self, containing: str) -> str:
        """The path of the first link that contains some text; "" without one."""
        found = next((address for address in ADDRESS.findall(self.text) if containing in address), "")
        return "/" + found.rstrip(".,)").partition("://")[2].partition("/")[2] if found else ""


class MailServer:
    """Use as a context manager. `delay` is the seconds between a whole mail and the answer that it was taken."""

    def __init__(self) -> None:
        from aiosmtpd.controller import Controller

        self.delay = 0.0
        self.letters: list[Letter] = []
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        """For MAIL_URL."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """One mail, as aiosmtpd gives it."""
        await asyncio.sleep(self.delay)
        letter: Any = email.message_from_bytes(envelope.content or b"", policy=default)
        body = letter.get_body(("plain",))
        text = str(body.get_content()) if body is not None else ""
        with self._lock:
            self.letters.append(Letter(str(letter["To"]), str(letter["Subject"]), str(letter["Message-ID"]), text))
        return "250 OK"

    def taken(self) -> list[Letter]:
        """All until now."""
        with self._lock:
            return list(self.letters)
