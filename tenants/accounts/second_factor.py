"""Whether a session was opened with a second factor, and what one without it may still do.

The factor belongs to the session: that an account has one says nothing of who holds this session. allauth notes in each
session how somebody proved who they are; those notes are what is asked here.
"""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

# what a session may open that lacks its factor: setting one up, proving who one is, leaving
SET_UP_VIEWS = frozenset(
    {
        "account_page",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_email",
        "account_email_verification_sent",
        "account_confirm_email",
        "account_change_password",
        "account_set_password",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
    }
)


def must_use_factor(user: Any) -> bool:
    """Whether this account may sign in with a second factor only: it may see other people's data."""
    return bool(settings.REQUIRE_SECOND_FACTOR and user.is_staff)


def factor_was_used(request: HttpRequest, user: Any) -> bool:
    """Whether this session was opened, or confirmed since, with a second factor or a passkey of this account."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def note_factor(request: HttpRequest, authenticator: Authenticator) -> None:
    """This session has just proven a factor by setting it up."""
    record_authentication(request, request.user, "mfa", id=authenticator.pk, type=authenticator.type)


def forget_factor(request: HttpRequest, authenticator_id: int) -> None:
    """A factor is gone: that this session was opened with it counts no longer."""
    records = get_authentication_records(request, request.user)
    kept = [record for record in records if record.get("method") != "mfa" or record.get("id") != authenticator_id]
    if len(kept) < len(records):
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept
