"""allauth's forms for the codes of a second factor, counted by our limits and each code good for once."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm

from tenants.accounts.account_forms import with_maxima
from tenants.accounts.sign_in_limits import CODE_ONCE, CODES
from tenants.communes.limits import begin_anew, is_exceeded


class _CountedCode:
    """Counts the codes somebody tries at an account. Who tries one has given the password already."""

    user: Any

    def clean_code(self) -> str:
        account = str(self.user.pk)
        if is_exceeded(CODES, account):
            raise get_account_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]
        if is_exceeded(CODE_ONCE, f"{account} {normalize_user_code(code)}"):
            raise get_adapter().validation_error("incorrect_code")
        begin_anew(CODES, account)
        return code


@with_maxima
class CodeAtSignIn(_CountedCode, AuthenticateForm):
    """The code after the password."""


@with_maxima
class CodeAgain(_CountedCode, ReauthenticateForm):
    """The code of somebody signed in who is about to do something that matters."""
