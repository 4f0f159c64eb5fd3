"""What follows when somebody changes how they sign in. Hears allauth's signals, which come within the request."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import email_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_used
from django.http import HttpRequest

from tenants.accounts.models import User
from tenants.accounts.sessions import end_other_sessions


def end_sessions_of_the_old_address(request: HttpRequest, user: User, **_: Any) -> None:
    """Another address is another way to a new password: whoever is signed in elsewhere signs in again."""
    end_other_sessions(request, user)


def tell_of_recovery_code(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A code for emergencies is rarely used: its owner is told, and all other sessions end."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    end_other_sessions(request, user)
    # read again: allauth strikes the code off in the row, not in this object
    left = len(Authenticator.objects.get(pk=authenticator.pk).wrap().get_unused_codes())
    get_adapter(request).send_notification_mail("mfa/email/recovery_code_used", user, {"left": left})


email_changed.connect(end_sessions_of_the_old_address)
authenticator_used.connect(tell_of_recovery_code)
