"""From a request's host to the kind of site and its commune, answered from the process once known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from tenants.communes.invalidation import watch
from tenants.communes.models import Domain
from tenants.communes.scope import CommuneRef, public_scope

MOST_REMEMBERED = 4096


class HostKind(StrEnum):
    """Which of the three sites a host leads to."""

    PORTAL = "portal"
    CONSOLE = "console"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Host:
    """What a host name means. `commune` is set for portals only."""

    kind: HostKind
    commune: CommuneRef | None = None


_known: dict[str, Host] = {}


@watch("hosts")
def forget_hosts(_payload: str) -> None:
    """Drop what this process remembers of hosts: a commune or domain changed somewhere."""
    _known.clear()


def host_of(name: str) -> Host | None:
    """The meaning of a host name (lower case, no port), None for an unknown one.

    Unknown names are not remembered, so that inventing names fills nobody's memory.
    """
    if name == settings.CONSOLE_HOST:
        return Host(HostKind.CONSOLE)
    if name == settings.BASE_DOMAIN:
        return Host(HostKind.OPERATOR)
    known = _known.get(name)
    if known is None:
        known = _look_up(name)
        if known is not None and len(_known) < MOST_REMEMBERED:
            _known[name] = known
    return known


def _look_up(name: str) -> Host | None:
    with public_scope():
        domain = Domain.objects.select_related("tenant").filter(domain=name).first()
        if domain is None:
            return None
        return Host(HostKind.PORTAL, domain.tenant.ref())
