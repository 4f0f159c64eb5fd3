"""What can be asked about mails."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tenants.mails.models import MailState, OutgoingMail

# the longest time ahead that a mail is ever put off; what lies beyond was written while a clock was wrong
LONGEST_PAUSE = timedelta(hours=2)


def recipient_key(address: str) -> str:
    """A digest by which an address is known again, however it was written."""
    return salted_hmac("mails.recipient", address.strip().lower(), algorithm="sha256").hexdigest()


def due_mails() -> QuerySet[OutgoingMail]:
    """Mails whose time has come, the longest due first."""
    now = timezone.now()
    due = Q(due_at__lte=now) | Q(due_at__gt=now + LONGEST_PAUSE)
    return OutgoingMail.objects.filter(due, state=MailState.WAITING).order_by("due_at", "pk")


def has_bounced(address: str) -> bool:
    """Whether a mail server has said lately that there is no such address. One query."""
    return OutgoingMail.objects.filter(recipient_key=recipient_key(address), bounced=True).exists()


def failed_causes(beginning: str) -> set[str]:
    """The causes that begin like this and whose mail was given up. One query."""
    failed = OutgoingMail.objects.filter(cause__startswith=beginning, state=MailState.FAILED)
    return set(failed.values_list("cause", flat=True))


def problems_of(beginning: str) -> dict[str, str]:
    """Every mail whose cause begins like this, oldest first: what its last try came to, "" if it has left. One query.

    A sentence for the staff, also for one that is still tried.
    """
    mails = OutgoingMail.objects.filter(cause__startswith=beginning)
    return dict(mails.order_by("pk").values_list("cause", "last_error"))
