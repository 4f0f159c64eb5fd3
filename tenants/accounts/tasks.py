"""Work for accounts in the background."""

from __future__ import annotations

from tenants.accounts.invitations import invite
from tenants.communes.tasks import commune_task


@commune_task(autoretry_for=(OSError,), retry_backoff=5, max_retries=8)
def send_invitation(*, user_id: int, again: bool = False, inviter: str = "") -> bool:
    """Send an invitation. An unreachable mail server lets it try again; a sent one is not sent twice."""
    return invite(user_id=user_id, again=again, inviter=inviter)
