"""Work for accounts in the background."""

from __future__ import annotations

from tenants.accounts.invitations import invite
from tenants.communes.tasks import commune_task


@commune_task()
def send_invitation(*, user_id: int, again: bool = False, inviter: str = "") -> bool:
    """Write an invitation down; one that was written is not written twice. A lost one is found by the mails' sweep."""
    return invite(user_id=user_id, again=again, inviter=inviter)
