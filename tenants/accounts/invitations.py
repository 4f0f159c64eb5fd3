"""Inviting staff: an account without a password gets a link on its commune's own host to set one."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tenants.accounts.models import User
from tenants.communes.addresses import site_address

PORTAL_URLS = "rathausplatz.urls.portal"


def invitation_address(user: User) -> str:
    """Where an invited person sets a password; good for as long as a password reset (PASSWORD_RESET_TIMEOUT)."""
    key = default_token_generator.make_token(user)
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": key},
        urlconf=PORTAL_URLS,
    )
    return site_address() + path


@transaction.atomic
def invite(*, user_id: int, again: bool = False, inviter: str = "") -> bool:
    """Send an account its invitation, once; `again` sends another one. Returns whether a mail goes out.

    The address counts as confirmed: who can open the link has it. Must run inside the commune's scope.
    """
    user: User = User.objects.select_for_update().get(pk=user_id)
    if user.invited_at is not None and not again:
        return False
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    context: dict[str, Any] = {"user": user, "url": invitation_address(user), "inviter": inviter}
    # sent before the commit: a mail server that refuses it takes the mark back, and the task tries again
    get_adapter().mail("account/email/invitation", user.email, context).send(fail_silently=False)
    return True
