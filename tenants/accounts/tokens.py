"""What links in mails prove that let somebody choose a password: invitations and "forgotten password"."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from tenants.communes.scope import current_scope


class AccountTokenGenerator(PasswordResetTokenGenerator):
    """A token for one account of one schema, in the state it is in now.

    Accounts of two communes may have the same number and address, so the schema is signed too. It ends with its first
    use (the password changes), when the account is blocked, promoted, or its sessions are ended, when somebody signs in
    or an address is added, and after PASSWORD_RESET_TIMEOUT.
    """

    key_salt = "tenants.accounts.tokens.AccountTokenGenerator"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        addresses = EmailAddress.objects.filter(user_id=user.pk).values_list("email", "verified")
        seen = user.last_login.replace(microsecond=0).isoformat() if user.last_login else ""
        state = [user.kind, user.is_active, user.password, user.session_stamp, seen]
        # as JSON, so that no two accounts can be read from one line of text
        return json.dumps([current_scope().schema, user.pk, user.email, sorted(addresses), *state, timestamp])
