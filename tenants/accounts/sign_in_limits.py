"""How often one may try at accounts. allauth's own limits are off: they count in a cache (docs/decisions/0048).

Wrong passwords are counted for a visitor at an account, strictly; for a visitor at all accounts; and for an account
from everywhere, loosely. Who locks an account that way locks out strangers only: a browser that has signed in to the
account before keeps a signed mark and is counted by itself. What is no account is counted like one.
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from tenants.communes.limited_views import LimitedView, Tries, limited_views
from tenants.communes.limits import DAY, HOUR, MINUTE, Limit, address_of, begin_anew, first_exceeded, give_back
from tenants.communes.scope import current_scope

WRONG_OF_VISITOR_AT_ACCOUNT = Limit("accounts.wrong-of-visitor-at-account", times=5, seconds=5 * MINUTE)
WRONG_OF_VISITOR = Limit("accounts.wrong-of-visitor", times=10, seconds=MINUTE)
WRONG_AT_ACCOUNT = Limit("accounts.wrong-at-account", times=50, seconds=HOUR)
WRONG_OF_KNOWN_BROWSER = Limit("accounts.wrong-of-known-browser", times=5, seconds=5 * MINUTE)
SIGN_IN = Limit("accounts.sign-in", times=30, seconds=MINUTE)
PASSKEY = Limit("accounts.passkey", times=10, seconds=MINUTE)
SIGN_UP = Limit("accounts.sign-up", times=20, seconds=MINUTE)
FORGOTTEN = Limit("accounts.forgotten-password", times=20, seconds=MINUTE)
LINK = Limit("accounts.link-of-mail", times=20, seconds=MINUTE)
PASSWORD = Limit("accounts.change-password", times=5, seconds=MINUTE)
ADDRESSES = Limit("accounts.change-addresses", times=10, seconds=MINUTE)
PROOF = Limit("accounts.prove-again", times=10, seconds=MINUTE)
FACTOR = Limit("accounts.factor", times=30, seconds=MINUTE)
CODES = Limit("accounts.codes-of-account", times=5, seconds=5 * MINUTE)
CODE_ONCE = Limit("accounts.code-once", times=1, seconds=5 * MINUTE)
CONFIRMATIONS = Limit("accounts.confirmations-to-recipient", times=1, seconds=3 * MINUTE)
MAILS = Limit("accounts.mails-to-recipient", times=5, seconds=HOUR)
# mails that anybody can ask for in the name of any address
CONFIRMING_MAILS = frozenset(
    f"account/email/{name}"
    for name in ("email_confirmation", "email_confirmation_signup", "account_already_exists", "unknown_account")
)
ASKED_FOR_BY_ANYBODY = CONFIRMING_MAILS | {"account/email/password_reset_key"}
KNOWN_BROWSER_COOKIE = "known_browser"
KNOWN_FOR = 365 * DAY
# people of one household; who shares a browser with more is a stranger to the oldest
ACCOUNTS_OF_BROWSER = 5


def tries_of_sign_in(request: HttpRequest, account: str) -> Tries:
    """What a password for the address `account` is counted as."""
    if browser := known_browser(request, account):
        return ((WRONG_OF_KNOWN_BROWSER, f"{browser} {account}"),)
    visitor = address_of(request)
    return (
        (WRONG_OF_VISITOR_AT_ACCOUNT, f"{visitor} {account}"),
        (WRONG_OF_VISITOR, visitor),
        (WRONG_AT_ACCOUNT, account),
    )


def known_browser(request: HttpRequest, account: str) -> str:
    """The name of a browser that has signed in to the account before, "" for any other."""
    mark = _mark_of(request)
    return mark["browser"] if _digest(account) in mark["accounts"] else ""


def remember_browser(request: HttpRequest, response: HttpResponseBase, account: str) -> None:
    """Let the browser show next time that it has signed in to the account. It names neither address nor person."""
    mark = _mark_of(request)
    others = [digest for digest in mark["accounts"] if digest != _digest(account)]
    known = {"browser": mark["browser"], "accounts": [_digest(account), *others][:ACCOUNTS_OF_BROWSER]}
    response.set_cookie(
        KNOWN_BROWSER_COOKIE,
        signing.dumps(known, salt=_salt()),
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _mark_of(request: HttpRequest) -> dict[str, Any]:
    try:
        mark = signing.loads(request.COOKIES.get(KNOWN_BROWSER_COOKIE, ""), salt=_salt(), max_age=KNOWN_FOR)
    except signing.BadSignature:
        return {"browser": secrets.token_hex(8), "accounts": []}
    return {"browser": str(mark["browser"]), "accounts": list(mark["accounts"])}


def _salt() -> str:
    return f"accounts.known-browser.{current_scope().schema}"


def _digest(account: str) -> str:
    return salted_hmac(_salt(), account.lower(), algorithm="sha256").hexdigest()[:20]


class LimitedSignIn(DefaultAccountAdapter):
    """allauth's adapter, with wrong passwords and mails counted by our limits."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The person of the credentials, or None. Counts as a try unless they are right."""
        tries = tries_of_sign_in(request, str(credentials.get("email") or "").lower())
        if first_exceeded(*tries) is not None:
            raise self.validation_error("too_many_login_attempts")
        user = super().authenticate(request, **credentials)
        if user is not None:
            for limit, subject in tries:
                give_back(limit, subject)
        return user

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        # allauth's hook for a new password: whoever chose one need not wait because the old one was forgotten
        account = str(credentials.get("email") or "").lower()
        begin_anew(WRONG_OF_VISITOR_AT_ACCOUNT, f"{address_of(request)} {account}")
        begin_anew(WRONG_AT_ACCOUNT, account)

    def post_login(self, request: HttpRequest, user: Any, **known: Any) -> Any:
        """All steps of the sign-in are done, the second factor included: the browser is known from now on."""
        response = super().post_login(request, user, **known)
        remember_browser(request, response, user.email)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; silently none more to an address that strangers have had written to often enough."""
        tries = (
            *([(CONFIRMATIONS, email.lower())] if template_prefix in CONFIRMING_MAILS else []),
            *([(MAILS, email.lower())] if template_prefix in ASKED_FOR_BY_ANYBODY else []),
        )
        if first_exceeded(*tries) is None:
            self.send_mail_now(template_prefix, email, context)

    def send_mail_now(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail, whoever asked for it."""
        super().send_mail(template_prefix, email, context)


def _by_visitor(limit: Limit) -> LimitedView:
    return LimitedView(lambda request, _kwargs: ((limit, address_of(request)),))


def _by_account(limit: Limit) -> LimitedView:
    return LimitedView(lambda request, _kwargs: ((limit, str(request.user.pk or address_of(request))),))


def _sign_in(request: HttpRequest, _kwargs: dict[str, Any]) -> Tries:
    browser = known_browser(request, request.POST.get("login", ""))
    return ((SIGN_IN, browser or address_of(request)),)


def register() -> None:
    """Enter allauth's views among the limited ones."""
    limited_views.register("account_login", LimitedView(_sign_in))
    for name, limit in (
        ("mfa_login_webauthn", PASSKEY),
        ("account_signup", SIGN_UP),
        ("account_reset_password", FORGOTTEN),
        ("account_reset_password_from_key", LINK),
        ("account_confirm_email", LINK),
        ("mfa_authenticate", FACTOR),
    ):
        limited_views.register(name, _by_visitor(limit))
    for name, limit in (
        ("account_change_password", PASSWORD),
        ("account_set_password", PASSWORD),
        ("account_email", ADDRESSES),
        ("account_reauthenticate", PROOF),
        ("mfa_reauthenticate", PROOF),
        ("mfa_reauthenticate_webauthn", PROOF),
        ("mfa_activate_totp", PROOF),
    ):
        limited_views.register(name, _by_account(limit))
