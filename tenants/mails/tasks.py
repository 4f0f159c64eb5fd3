"""Background work: sending mails in a lane of their own, and finding those that nobody was told of."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction

from tenants.communes.lanes import MAILS
from tenants.communes.scope import public_scope
from tenants.communes.tasks import commune_task, send_to_every_commune
from tenants.mails.actions import forget_old_mails
from tenants.mails.queries import due_mails
from tenants.mails.sending import send_due_mails
from tenants.mails.sweepers import sweepers
from tenants.mails.waking import SECONDS_FOR_A_ROUND, wake_sender


@commune_task(lane=MAILS, time_limit=SECONDS_FOR_A_ROUND)
def send_mails() -> None:
    """Send one commune's due mails, after this task's transaction: none waits for a mail server."""
    transaction.on_commit(send_due_mails)


@shared_task(acks_late=True, time_limit=SECONDS_FOR_A_ROUND)
def send_platform_mails() -> None:
    """Send the due mails of the platform itself."""
    with public_scope():
        send_due_mails()


@commune_task()
def sweep_commune() -> None:
    """Write what one commune's rooms have promised and not written, and wake the sender for what is due."""
    for _name, sweeper in sweepers.items():
        sweeper()
    if due_mails().exists():
        wake_sender()


@shared_task(acks_late=True)
def sweep() -> int:
    """Ask the platform and every open commune for mails that are due; returns how many communes."""
    with public_scope():
        if due_mails().exists():
            wake_sender()
    return send_to_every_commune(sweep_commune)


@commune_task()
def tidy_commune() -> int:
    """Forget one commune's old mails; returns how many."""
    return forget_old_mails()


@shared_task(acks_late=True)
def tidy() -> int:
    """Forget old mails everywhere; returns how many communes are asked."""
    with public_scope():
        forget_old_mails()
    return send_to_every_commune(tidy_commune)
