"""From a request's host to the kind of site and its commune, answered from the process once known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from tenants.communes.addresses import portal_address
from tenants.communes.domains.wellknown import WELL_KNOWN
from tenants.communes.invalidation import listening, watch
from tenants.communes.models import ANSWERING_STATES, CommuneState, Domain, DomainState
from tenants.communes.scope import CommuneRef, public_scope

MOST_REMEMBERED = 4096


class HostKind(StrEnum):
    """Which of the three sites a host leads to."""

    PORTAL = "portal"
    CONSOLE = "console"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Host:
    """What a host name means. `commune` is set for portals only.

    `canonical` is the stored primary host to send visitors to, "" where this host answers itself.
    """

    kind: HostKind
    commune: CommuneRef | None = None
    canonical: str = ""


_known: dict[str, Host] = {}
# what was known when this process stopped hearing of changes: good enough to choose whose page says "come back soon"
_before: dict[str, Host] = {}
_changes = 0


def set_aside_hosts() -> None:
    """This process hears nothing any more: what it knew is not to be relied on."""
    global _changes
    _changes += 1
    _before.update(_known)
    _known.clear()


@watch("hosts", on_loss=set_aside_hosts)
def forget_hosts(_payload: str) -> None:
    """Drop what this process remembers of hosts: a commune or domain changed somewhere."""
    global _changes
    _changes += 1
    _known.clear()
    _before.clear()


def host_of(name: str) -> Host | None:
    """The meaning of a host name (lower case, no port), None for an unknown one.

    Remembered while this process is sure to hear of changes, unless something changed while it was looked up. Unknown
    names are not remembered, so that inventing names fills nobody's memory.
    """
    if name == settings.CONSOLE_HOST:
        return Host(HostKind.CONSOLE)
    if name == settings.BASE_DOMAIN:
        return Host(HostKind.OPERATOR)
    known = _known.get(name)
    if known is None:
        changes = _changes
        known = _look_up(name)
        if known is not None and len(_known) < MOST_REMEMBERED and changes == _changes and listening():
            _known[name] = known
    return known


def last_known(name: str) -> Host | None:
    """What a host name means, or meant before the database was lost; asks nobody."""
    if name in (settings.CONSOLE_HOST, settings.BASE_DOMAIN):
        return host_of(name)
    return _known.get(name) or _before.get(name)


def _look_up(name: str) -> Host | None:
    with public_scope():
        answering = Domain.objects.filter(domain=name, state__in=ANSWERING_STATES)
        domain = (
            answering.exclude(tenant__state=CommuneState.DELETED)
            .select_related("tenant")
            .prefetch_related("tenant__domains")
            .first()
        )
        if domain is None:
            return None
        return Host(HostKind.PORTAL, domain.tenant.ref(), _canonical(domain))


def _canonical(domain: Domain) -> str:
    """The primary host, unless this is it or it does not lead here at the moment: nobody is sent to a dead end."""
    primary = next((other for other in domain.tenant.domains.all() if other.is_primary), None)
    if primary is None or primary.pk == domain.pk or primary.state != DomainState.ACTIVE:
        return ""
    return str(primary.domain)


# what machines ask of one very host
READY = "/readyz"
PROBES = frozenset({"/healthz", READY})


def canonical_address(host: Host, method: str, path: str) -> tuple[int, str] | None:
    """The status and address of the redirect to the primary host, None where this host answers itself.

    `path` includes the query. GET and HEAD may forget the method (301); everything else keeps it and its body (308,
    RFC 9110 § 15.4.9). The address comes from what is stored, never from a header.
    """
    if not host.canonical or path.startswith(WELL_KNOWN) or path.partition("?")[0] in PROBES:
        return None
    return (301 if method in ("GET", "HEAD") else 308), portal_address(host.canonical) + path
