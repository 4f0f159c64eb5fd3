"""What a stored mail says: a message as text that only this installation can read, and back.

Mails carry links that open something. Rows are copied into backups, archives and other cells, so they hold the content
sealed with a key made of SECRET_KEY; old secrets still open it (SECRET_KEY_FALLBACKS).
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import salted_hmac

from tenants.communes.scope import current_commune, current_scope
from tenants.mails.models import OutgoingMail


class ContentUnreadable(Exception):
    """The row was written by an installation with another secret."""


@dataclass(frozen=True, slots=True)
class Content:
    """A rendered mail. `files` are name, media type and Base64 of the bytes."""

    sender: str
    subject: str
    text: str
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    files: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def of(cls, message: Any) -> Content:
        """What a composed message says; attachments as Django keeps them, name, content and type."""
        html = next((str(part[0]) for part in getattr(message, "alternatives", ()) if part[1] == "text/html"), "")
        files = tuple((name, kind, base64.b64encode(_bytes(part)).decode()) for name, part, kind in message.attachments)
        return cls(message.from_email, str(message.subject), message.body, html, dict(message.extra_headers), files)

    def sealed(self) -> str:
        """As a row keeps it."""
        return _keys().encrypt(json.dumps(asdict(self)).encode()).decode()


def message_of(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The message of a waiting row, the same each time: number and date too, so that a mailbox knows a second copy.

    Raises ContentUnreadable.
    """
    try:
        content = Content(**json.loads(_keys().decrypt(mail.content.encode())))
    except InvalidToken:
        raise ContentUnreadable from None
    headers = {"Date": format_datetime(mail.created_at), "Message-ID": message_id(mail.cause)}
    message = EmailMultiAlternatives(
        content.subject, content.text, content.sender, [mail.recipient], headers={**headers, **content.headers}
    )
    if content.html:
        message.attach_alternative(content.html, "text/html")
    for name, kind, encoded in content.files:
        message.attach(name, base64.b64decode(encoded), kind)
    return message


def message_id(cause: str) -> str:
    """The Message-ID of the mail about `cause`, in the portal's own domain."""
    commune = current_commune()
    host = commune.primary_host if commune else settings.CONSOLE_HOST
    number = salted_hmac("mails.message-id", f"{current_scope().schema}:{cause}", algorithm="sha256").hexdigest()[:32]
    return f"<{number}@{host}>"


def _keys() -> MultiFernet:
    secrets = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(sha256(f"mails:{key}".encode()).digest())) for key in secrets])


def _bytes(part: Any) -> bytes:
    return part.encode() if isinstance(part, str) else bytes(part)
