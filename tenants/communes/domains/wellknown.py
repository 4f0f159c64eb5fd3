"""The path under which a host name shows whose it is (RFC 8615: `/.well-known/`)."""

from __future__ import annotations

import hmac
import re

from django.http import HttpResponse, HttpResponseNotFound
from django.utils.crypto import salted_hmac

from tenants.communes.models import Domain, DomainState
from tenants.communes.scope import public_scope

WELL_KNOWN = "/.well-known/"
PREFIX = f"{WELL_KNOWN}rathausplatz/"
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def proof_path(token: str) -> str:
    """Where the token of a claim is looked for."""
    return f"{PREFIX}{token}"


def our_answer(name: str, token: str) -> bytes:
    """What this platform, and nobody else, answers under a name that leads to it."""
    seal = salted_hmac("communes.domains.leads_here", f"{name}/{token}", algorithm="sha256").hexdigest()
    return f"{token}.{seal}".encode()


def is_our_answer(body: bytes, name: str, token: str) -> bool:
    """Whether a page read from outside was written by this platform."""
    return hmac.compare_digest(body.strip(), our_answer(name, token))


def answer_well_known(name: str, path: str) -> HttpResponse:
    """The platform's answer under the host `name`, a pending one included; 404 for a token that is not that host's.

    One indexed query in `public`, whatever the commune's state: the check of a suspended commune's name works too.
    """
    token = path.removeprefix(PREFIX)
    with public_scope():
        known = (
            TOKEN.fullmatch(token)
            and Domain.objects.filter(domain=name, token=token).exclude(state=DomainState.REMOVED).exists()
        )
    if not known:
        return HttpResponseNotFound(content_type="text/plain; charset=utf-8")
    return HttpResponse(
        our_answer(name, token), content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )
