"""What can be asked about host names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from tenants.communes.domains.lookup import proof_record
from tenants.communes.domains.names import host_name, shown_name
from tenants.communes.domains.wellknown import proof_path
from tenants.communes.models import Commune, Domain, DomainProof, DomainState
from tenants.communes.scope import public_scope

S = DomainState
# how long after the last look a name is looked at again
LOOK_AGAIN = {
    S.PENDING: timedelta(minutes=10),
    S.VERIFIED: timedelta(minutes=10),
    S.ACTIVE: timedelta(hours=6),
    S.FAILING: timedelta(minutes=30),
}
LOOK_AGAIN_IN_DOUBT = timedelta(minutes=10)


class DomainNotFoundError(LookupError):
    """The commune has no such host name."""


def domains_of(commune: Commune) -> QuerySet[Domain]:
    """A commune's host names that are not removed: the primary one first, then by age."""
    found: QuerySet[Domain] = Domain.objects.filter(tenant=commune).exclude(state=S.REMOVED)
    return found.order_by("-is_primary", "created_at", "id")


def removed_domains_of(commune: Commune) -> QuerySet[Domain]:
    """What a commune has given up or lost, the newest first."""
    found: QuerySet[Domain] = Domain.objects.filter(tenant=commune, state=S.REMOVED)
    return found.order_by(F("checked_at").desc(nulls_last=True), "-id")


def find_domain(commune: Commune, name: str) -> Domain:
    """A host name of a commune as it is typed or stored. Raises DomainNotFoundError, ValidationError."""
    with public_scope():
        found = domains_of(commune).select_related("tenant").filter(Q(domain=name) | Q(domain=_stored(name))).first()
    if found is None:
        raise DomainNotFoundError(f"{commune.name} has no address {name!r}. `rathausplatz domain list` shows them.")
    return found


def _stored(name: str) -> str:
    return name if name.endswith(f".{settings.BASE_DOMAIN}") else host_name(name)


def domains_to_look_at(now: datetime) -> QuerySet[Domain]:
    """Own host names whose last look is long enough ago, the longest first. Our own subdomains need none."""
    due = Q(checked_at=None) | Q(failing_since__isnull=False, state=S.ACTIVE, checked_at__lte=now - LOOK_AGAIN_IN_DOUBT)
    for state, pause in LOOK_AGAIN.items():
        due |= Q(state=state, checked_at__lte=now - pause)
    found: QuerySet[Domain] = Domain.objects.filter(due).exclude(state=S.REMOVED).exclude(proof=DomainProof.OURS)
    return found.order_by(F("checked_at").asc(nulls_first=True), "id")


def fallback_of(domain: Domain) -> Domain | None:
    """The active host name that takes over when `domain` stops: the platform's own first, then the oldest."""
    ours_first = Case(When(proof=DomainProof.OURS, then=Value(0)), default=Value(1), output_field=IntegerField())
    others = Domain.objects.filter(tenant_id=domain.tenant_id, state=S.ACTIVE).exclude(pk=domain.pk)
    found: Domain | None = others.order_by(ours_first, "created_at", "id").first()
    return found


@dataclass(frozen=True, slots=True)
class Record:
    """One line to enter in the DNS."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a commune must do for a host name: show that it is theirs, and lead it here. Empty parts: nothing to do."""

    proof: Record | None
    file_address: str
    file_content: str
    way: tuple[Record, ...]


def instructions_for(domain: Domain) -> Instructions:
    """What is to be entered for a host name, as it stands in the DNS (punycode)."""
    if domain.proof == DomainProof.OURS:
        return Instructions(None, "", "", ())
    proof = Record(proof_record(domain.domain), "TXT", domain.token) if domain.proof == DomainProof.DNS else None
    address = f"http://{domain.domain}{proof_path(domain.token)}" if domain.proof == DomainProof.HTTP else ""
    return Instructions(proof, address, domain.token if address else "", _way(domain))


def _way(domain: Domain) -> tuple[Record, ...]:
    """An alias to our own subdomain; a bare domain can have none (RFC 1034 § 3.6.2), so it gets our addresses."""
    ours = f"{domain.tenant.slug}.{settings.BASE_DOMAIN}"
    alias = Record(domain.domain, "CNAME", ours)
    if domain.domain.count(".") > 1 or not settings.PLATFORM_ADDRESSES:
        return (alias,)
    kinds = [("AAAA" if ":" in address else "A", address) for address in settings.PLATFORM_ADDRESSES]
    return tuple(Record(domain.domain, kind, address) for kind, address in kinds)


def domain_in_letters(domain: Domain) -> str:
    """The host name for people."""
    return shown_name(domain.domain)
