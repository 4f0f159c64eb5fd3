"""Writing mails down, sending what is due, forgetting what is over."""

from __future__ import annotations

from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from tenants.mails.contents import Content
from tenants.mails.models import MailState, OutgoingMail
from tenants.mails.queries import recipient_key
from tenants.mails.waking import wake_sender

SENT_KEPT = timedelta(days=30)
FAILED_KEPT = timedelta(days=90)


@transaction.atomic
def keep_mail(*, cause: str, message: EmailMultiAlternatives) -> bool:
    """Write a composed mail down and have it sent after the commit; returns whether it is new.

    It is as safe as whatever else this transaction stores: no broker, worker or mail server has to be there. The mail
    of a `cause` is written once; a second call changes nothing, unless the first mail was given up: then it is tried
    anew. Raises ValueError for anything but one recipient.
    """
    if len(message.recipients()) != 1 or len(message.to) != 1:
        raise ValueError(f"{cause}: a mail has one recipient")
    now = timezone.now()
    written = {
        "recipient": message.to[0],
        "recipient_key": recipient_key(message.to[0]),
        "content": Content.of(message).sealed(),
        "created_at": now,
        "due_at": now,
    }
    mail, is_new = OutgoingMail.objects.get_or_create(cause=cause, defaults=written)
    if not is_new:
        anew = {"state": MailState.WAITING, "attempts": 0, "unanswered": 0, "bounced": False, "finished_at": None}
        given_up = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.FAILED)
        if not given_up.update(**written, **anew, last_error=""):
            return False
    wake_sender()
    return True


@transaction.atomic
def forget_old_mails() -> int:
    """Delete rows of mails that left or were given up long ago; returns how many. May be run at any time.

    Until then they keep a mail from being written twice, and tell addresses that do not exist.
    """
    now = timezone.now()
    sent = OutgoingMail.objects.filter(state=MailState.SENT, finished_at__lt=now - SENT_KEPT)
    failed = OutgoingMail.objects.filter(state=MailState.FAILED, finished_at__lt=now - FAILED_KEPT)
    return sent.delete()[0] + failed.delete()[0]
