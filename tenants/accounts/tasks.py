"""Work for accounts in the background."""

from __future__ import annotations

from celery import shared_task

from tenants.accounts.actions import invite_administrator_again
from tenants.accounts.invitations import invite
from tenants.accounts.sessions import forget_ended_sessions
from tenants.communes.scope import public_scope
from tenants.communes.tasks import commune_task, send_to_every_commune


@commune_task()
def send_invitation(*, user_id: int, again: bool = False, inviter: str = "") -> bool:
    """Write an invitation down; one that was written is not written twice. A lost one is found by the mails' sweep."""
    return invite(user_id=user_id, again=again, inviter=inviter)


@commune_task()
def invite_administrator(*, email: str, inviter: str) -> bool:
    """Invite the administrator again whom nobody has reached; once, though delivered twice."""
    return invite_administrator_again(email=email, inviter=inviter)


@commune_task()
def tidy_commune() -> int:
    """Forget one commune's sessions that have ended; returns how many. May be run at any time."""
    return forget_ended_sessions()


@shared_task(acks_late=True)
def tidy() -> int:
    """Forget sessions that have ended, the platform's and every commune's; returns how many communes are asked."""
    with public_scope():
        forget_ended_sessions()
    return send_to_every_commune(tidy_commune)
