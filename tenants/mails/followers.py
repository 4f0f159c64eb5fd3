"""Who wants to know how a mail fares: rooms register under the first word of their causes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import transaction

from tenants.communes.registry import Registry

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MailNews:
    """What became of a try: `problem` is a sentence for the staff, "" when the mail has left."""

    cause: str
    problem: str
    given_up: bool


Follower = Callable[[MailNews], None]
mail_followers: Registry[Follower] = Registry("followers of mails")


def tell(news: MailNews) -> None:
    """Tell the room of a mail, in the transaction that notes the try. A room's fault must not send a mail again."""
    room = news.cause.partition("/")[0]
    if room not in mail_followers:
        return
    try:
        with transaction.atomic():
            mail_followers.get(room)(news)
    except Exception as error:  # noqa: BLE001 - whatever it is, the mail has left
        log.error("mails.follower_failed", room=room, error=type(error).__name__)
