"""How often one may try something: counted in PostgreSQL, for each commune apart (`tenants.communes.counters`).

Every limit of the product is a `Limit` in the room whose affair it is; docs/reference/limits.md lists them all.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from tenants.communes import counters
from tenants.communes.counters import Taken
from tenants.communes.scope import current_scope

MINUTE, HOUR, DAY = 60, 3600, 86400
# what a household or a company is given of IPv6, and who wants may use each address of it in turn
PREFIX_OF_NETWORK = 64
_refused_for: ContextVar[int] = ContextVar("refused_for", default=0)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `seconds` from the first, counted under `name` (with its room: "cases.code")."""

    name: str
    times: int
    seconds: int


def address_of(request: HttpRequest) -> str:
    """The network that the other side belongs to; behind proxies of ours, the visitor's (`PROXY_HOPS`).

    An IPv4 address is itself, also where it is written as IPv6 (RFC 4291 § 2.5.5.2); of IPv6 it is the /64, in which
    one visitor has all addresses. What is no address stays as it is.
    """
    given = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, PREFIX_OF_NETWORK), strict=False))


def is_exceeded(limit: Limit, subject: str) -> bool:
    """Count one try of `subject` (an address, a number) and say whether it is one too many.

    Exact, however many try at once. Only a digest of `subject` is kept. Where counting fails, nobody is held up.
    """
    return not try_once(limit, subject).granted


def try_once(limit: Limit, subject: str) -> Taken:
    """The same, with the seconds to wait if it is one too many."""
    taken = counters.take(_place(limit, subject), most=limit.times, seconds=limit.seconds)
    if not taken.granted:
        _refused_for.set(max(1, taken.wait))
    return taken


def forget_refusals() -> None:
    """Nothing has been refused yet: a request begins."""
    _refused_for.set(0)


def seconds_refused() -> int:
    """How long what was refused last stays refused; 0 if nothing was since `forget_refusals`."""
    return _refused_for.get()


def first_exceeded(*tries: tuple[Limit, str]) -> Taken | None:
    """Count one try under several limits, in this order; None if all allow it, else how long to wait.

    What is refused by one is not counted by those behind it: so nobody uses up what others share with them (the
    visitor's limit first, that of the account or recipient last).
    """
    for limit, subject in tries:
        taken = try_once(limit, subject)
        if not taken.granted:
            return taken
    return None


def give_back(limit: Limit, subject: str) -> None:
    """A counted try was none: only failures count, and this one did not fail."""
    counters.give_back(_place(limit, subject))


def begin_anew(limit: Limit, subject: str) -> None:
    """Forget what `subject` tried."""
    counters.forget_count(_place(limit, subject))


def _place(limit: Limit, subject: str) -> str:
    digest = salted_hmac("communes.limits", subject, algorithm="sha256").hexdigest()[:32]
    return f"{current_scope().schema}:{limit.name}:{digest}"
