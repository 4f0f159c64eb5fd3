"""How applicants reach their own case without an account: number and code, a signed link, or this visit's session.

The code is derived from the installation's secret and the case's salt, so it can be written into the receipt at any
time and yet is stored nowhere, not even as a digest.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from services.cases.models import Case
from services.cases.numbers import ALPHABET
from tenants.communes.limits import Limit, address_of, is_exceeded
from tenants.communes.scope import require_commune

CODE_LENGTH = 8
SESSION_KEY = "cases"
FRESH_KEY = "cases_submitted"
MOST_GRANTS = 30
LINK_SALT = "services.cases.link"
LINK_MAX_AGE = 400 * 24 * 3600
TRIES_OF_VISITOR = Limit("cases.code-of-visitor", times=10, seconds=900)
TRIES_AT_CASE = Limit("cases.code-of-case", times=100, seconds=900)


def new_salt() -> str:
    """What a case's code is derived from."""
    return secrets.token_hex(16)


def access_code(case: Case) -> str:
    """The code that opens the case together with its number, such as „7K3F29MX“."""
    return _derived(case, settings.SECRET_KEY)


def grouped(code: str) -> str:
    """The code as people read it: „7K3F-29MX“."""
    return f"{code[:4]}-{code[4:]}"


def code_fits(case: Case, typed: str) -> bool:
    """Whether this is the case's code, in any case and grouping; old secrets count (SECRET_KEY_FALLBACKS)."""
    given = "".join(typed.split()).replace("-", "").upper().translate(str.maketrans("1I", "LL"))
    secrets_in_use = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return any(hmac.compare_digest(given.encode(), _derived(case, key).encode()) for key in secrets_in_use)


def _derived(case: Case, secret: str) -> str:
    message = f"case-code:{require_commune().schema}:{case.number}:{case.access_salt}".encode()
    digest = hmac.digest(secret.encode(), message, "sha256")
    value = int.from_bytes(digest, "big")
    return "".join(ALPHABET[value // len(ALPHABET) ** place % len(ALPHABET)] for place in range(CODE_LENGTH))


def link_token(case: Case) -> str:
    """What a link in a mail carries to open the case: signed, bound to commune, case and salt, good for a year."""
    return signing.dumps([require_commune().schema, case.number, case.access_salt[:8]], salt=LINK_SALT, compress=True)


def token_opens(case: Case, token: str) -> bool:
    """Whether the token of a mailed link opens this case."""
    try:
        held = signing.loads(token, salt=LINK_SALT, max_age=LINK_MAX_AGE)
    except signing.BadSignature:
        return False
    return bool(held == [require_commune().schema, case.number, case.access_salt[:8]])


def grant(request: HttpRequest, case: Case, *, fresh: bool = False) -> None:
    """Let this visitor open the case for the rest of the session. `fresh`: it was submitted in this very session."""
    for key in (SESSION_KEY, FRESH_KEY) if fresh else (SESSION_KEY,):
        held = [number for number in request.session.get(key, []) if number != case.number]
        request.session[key] = [*held, case.number][-MOST_GRANTS:]


def is_fresh(request: HttpRequest, case: Case) -> bool:
    """Whether the case was submitted in this session, so that its page may show the access code."""
    return case.number in request.session.get(FRESH_KEY, [])


def may_open(request: HttpRequest, case: Case) -> bool:
    """Whether this visitor may see the case as its applicant."""
    return case.number in request.session.get(SESSION_KEY, []) or owns(request.user, case)


def owns(user: Any, case: Case) -> bool:
    """Whether the case was submitted from this account."""
    return bool(user.is_authenticated and case.user_id == user.pk)


def too_many_tries(request: HttpRequest, number: str) -> bool:
    """Count a try to open `number` by code; True if it is one too many for this visitor or this case."""
    return is_exceeded(TRIES_OF_VISITOR, address_of(request)) or is_exceeded(TRIES_AT_CASE, number)
