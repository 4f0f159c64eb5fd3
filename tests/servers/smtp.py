"""A mail server that keeps what it gets, and answers as a test wants: late, not at all, with a refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.running import free_port

TAKEN = "250 OK"


class MailServer:
    """`letters` holds what was taken. `to_recipient` and `to_mail` are answers, the first ones first, then yes."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.connections = 0
        self.to_recipient: list[str] = []
        self.to_mail: list[str] = []
        self.hangs_up = 0
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def port(self) -> int:
        return int(self._controller.port)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """aiosmtpd's hook: a client has come."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        """aiosmtpd's hook: a recipient."""
        answer = self.to_recipient.pop(0) if self.to_recipient else TAKEN
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: a whole mail. Hanging up now leaves the client without an answer, with the mail taken."""
        answer = self.to_mail.pop(0) if self.to_mail else TAKEN
        if answer == TAKEN:
            letter: Any = message_from_bytes(envelope.content or b"", policy=policy.default)
            self.letters.append(letter)
        if self.hangs_up:
            self.hangs_up -= 1
            server.transport.close()
            await asyncio.sleep(0)
        return answer


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running one."""
    server = MailServer()
    server._controller.start()
    try:
        yield server
    finally:
        server._controller.stop()
