"""Inviting staff: an account without a password gets a link on its commune's own host to set one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tenants.accounts.models import User, UserKind
from tenants.accounts.rules import ADMINISTRATOR
from tenants.accounts.secret_addresses import without_mail_addresses
from tenants.communes.addresses import site_address
from tenants.communes.audit import record_act
from tenants.communes.scope import require_commune
from tenants.mails.actions import keep_mail
from tenants.mails.followers import MailNews, mail_followers
from tenants.mails.queries import problems_of
from tenants.mails.sweepers import sweepers

CAUSE = "accounts/invitation/"
INVITED, FAILED = "staff.invited", "staff.invitation_failed"
PORTAL_URLS = "rathausplatz.urls.portal"
# who was made earlier and never invited was meant to stay without a mail
OWED_FOR = timedelta(days=7)


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
    """Write an account's invitation down, once; `again` writes another one. Returns whether a mail goes out.

    The address counts as confirmed: who can open the link has it. Must run inside the commune's scope.
    """
    user: User = User.objects.select_for_update().get(pk=user_id)
    if user.invited_at is not None and not again:
        return False
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    context: dict[str, Any] = {"user": user, "url": invitation_address(user), "inviter": inviter}
    message = get_adapter().mail("account/email/invitation", user.email, context)
    return keep_mail(cause=f"{CAUSE}{user.pk}/{user.invited_at:%Y%m%d%H%M%S%f}", message=message)


def undelivered_invitations() -> dict[int, str]:
    """Accounts whose last invitation has not arrived, each with what the mail server said. One query."""
    last: dict[int, str] = {}
    for cause, problem in problems_of(CAUSE).items():
        last[int(cause.removeprefix(CAUSE).partition("/")[0])] = problem
    return {key: problem for key, problem in last.items() if problem}


def unreached_administrator() -> User | None:
    """The administrator whose invitation did not arrive, where nobody else can sign in and see that; else None."""
    people = User.objects.filter(kind=UserKind.STAFF, is_active=True, groups__name=ADMINISTRATOR).order_by("pk")
    if any(person.has_usable_password() or person.last_login for person in people):
        return None
    undelivered = undelivered_invitations()
    return next((person for person in people if person.pk in undelivered), None)


def note_failure(news: MailNews) -> None:
    """Put an invitation that was given up on the platform's record: who could see it here may be whom it was for."""
    if news.given_up and news.cause.startswith(CAUSE):
        record_failure(account=int(news.cause.removeprefix(CAUSE).partition("/")[0]), problem=news.problem)


def record_failure(*, account: int, problem: str) -> None:
    """Record that an invitation did not arrive, and why, without anybody's address."""
    detail = {"account": account, "reason": without_mail_addresses(problem)}
    record_act(actor=None, verb=FAILED, target=require_commune().schema, detail=detail)


def invite_the_owed() -> None:
    """Invite staff who were made without a password and whose invitation was lost on its way to the worker."""
    fresh = User.objects.filter(kind=UserKind.STAFF, is_active=True, invited_at=None, last_login=None)
    fresh = fresh.filter(created_at__gt=timezone.now() - OWED_FOR, password__startswith=UNUSABLE_PASSWORD_PREFIX)
    for key in fresh.values_list("pk", flat=True):
        invite(user_id=key)


def register() -> None:
    """Have what is owed looked for, and hear how it fares."""
    mail_followers.register("accounts", note_failure)
    sweepers.register("invitations", invite_the_owed)
