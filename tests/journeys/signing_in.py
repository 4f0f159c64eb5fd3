"""How people sign in, with a second factor where they have one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

from playwright.sync_api import Page
from rathausplatz.demo.accounts import PASSWORD

from tests.journeys.running import wait_for
from tests.journeys.visitor import Visitor, follow

SIGN_IN = "/konto/anmelden/"
STEP = 30


def sign_in(visitor: Visitor, host: str, address: str, password: str = PASSWORD) -> Page:
    """Sign in with address and password."""
    page = visitor.open(host, SIGN_IN)
    page.locator("input[name=login]").fill(address)
    page.locator("input[name=password]").fill(password)
    follow(page.get_by_role("main").get_by_role("button", name="Anmelden", exact=True))
    page.wait_for_url(lambda url: SIGN_IN not in url)
    return page


def fresh_code(secret: str, *, but: str = "") -> str:
    """A code other than `but`, as soon as the authenticator shows one with enough time left to type it."""
    wait_for(
        lambda: time.time() % STEP < STEP / 2 and one_time_code(secret) != but, seconds=3 * STEP, what="a fresh code"
    )
    return one_time_code(secret)


def one_time_code(secret: str, *, at: float | None = None) -> str:
    """The six digits an authenticator shows (RFC 6238, SHA-1, 30 s)."""
    counter = int((time.time() if at is None else at) // STEP)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
