"""A mail server for journeys that keeps what it gets."""

from __future__ import annotations

import email
import re
import threading
import time
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.journeys.running import free_port

ADDRESS = re.compile(r"https?://[^\s<>\"]+")


class Mailbox:
    """Everything that was sent. `wait_for` is the only way to read, so that no test has to sleep."""

    def __init__(self) -> None:
        self._letters: list[EmailMessage] = []
        self._arrival = threading.Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: one message."""
        letter: Any = email.message_from_bytes(envelope.content or b"", policy=default)
        with self._arrival:
            self._letters.append(letter)
            self._arrival.notify_all()
        return "250 OK"

    def start(self) -> None:
        """Listen on a free port."""
        self._controller.start()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def stop(self) -> None:
        self._controller.stop()

    def wait_for(self, *, to: str, subject: str = "", seconds: float = 120.0) -> EmailMessage:
        """The newest message to `to` whose subject contains `subject`, as soon as there is one."""
        deadline = time.monotonic() + seconds
        with self._arrival:
            while (letter := self._find(to, subject)) is None:
                left = deadline - time.monotonic()
                arrived = left > 0 and self._arrival.wait(left)
                assert arrived, f"No mail to {to} about {subject!r} within {seconds:.0f} s; there are {self._list()}"
            return letter

    def _find(self, to: str, subject: str) -> EmailMessage | None:
        for letter in reversed(self._letters):
            if to in str(letter["To"]) and subject.lower() in str(letter["Subject"]).lower():
                return letter
        return None

    def _list(self) -> list[tuple[str, str]]:
        return [(str(letter["To"]), str(letter["Subject"])) for letter in self._letters]


def plain_text(letter: EmailMessage) -> str:
    """The text part of a message."""
    body = letter.get_body(("plain",))
    assert body is not None, "The message has no text part"
    return str(body.get_content())


def link_in(letter: EmailMessage, containing: str) -> str:
    """The first address in the text of a message that contains some text."""
    for address in ADDRESS.findall(plain_text(letter)):
        if containing in address:
            return str(address).rstrip(".,)")
    raise AssertionError(f"No address with {containing!r} in:\n{plain_text(letter)}")
