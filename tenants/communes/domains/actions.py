"""What can be done with host names."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.communes.domains.followers import host_followers
from tenants.communes.domains.names import host_name, shown_name, validate_own_domain
from tenants.communes.domains.queries import fallback_of
from tenants.communes.domains.states import DomainError, change_domain_state, lock_domains_of, record_domain_act
from tenants.communes.models import ANSWERING_STATES, Commune, CommuneState, Domain, DomainProof, DomainState
from tenants.communes.scope import commune_scope, public_scope

S = DomainState
# a commune that is being made has no schema yet, one that is gone has none any more
WITH_SCHEMA = frozenset({CommuneState.ONBOARDING, CommuneState.LIVE, CommuneState.SUSPENDED, CommuneState.OFFBOARDING})


@transaction.atomic
def add_domain(*, commune: Commune, name: str, actor: Any, proof: str = DomainProof.DNS) -> Domain:
    """Enter a commune's claim to a host name of its own; it answers nothing until it is proven.

    Adding what the commune has already returns it as it is. Raises ValidationError with a sentence for a name that is
    none, is ours, is reserved, is proven by another commune, or is one too many.
    """
    stored = host_name(name)
    validate_own_domain(stored)
    if proof not in (DomainProof.DNS, DomainProof.HTTP):
        raise ValidationError(_("Wählen Sie den Nachweis: dns oder http."), code="proof")
    with public_scope():
        # two claims at once can't both be the last one allowed
        lock_domains_of(commune.pk)
        row = Commune.objects.get(pk=commune.pk)
        present = Domain.objects.filter(tenant=row).exclude(state=S.REMOVED)
        known = present.filter(domain=stored).first()
        if known is not None:
            return known
        _refuse_claim(row, stored, present.exclude(proof=DomainProof.OURS).count())
        domain = Domain.objects.create(tenant=row, domain=stored, state=S.PENDING, proof=proof, is_primary=False)
        record_domain_act(domain, "domain.added", actor, {"proof": str(proof)})
    return domain


def _refuse_claim(commune: Commune, name: str, number: int) -> None:
    if commune.state in (CommuneState.ARCHIVED, CommuneState.DELETED):
        raise ValidationError(_("%(name)s ist nicht mehr auf der Plattform.") % {"name": commune.name}, code="gone")
    if Domain.objects.filter(domain=name, state__in=ANSWERING_STATES).exists():
        raise ValidationError(
            _("„%(name)s“ gehört schon zu einer anderen Kommune auf dieser Plattform.") % {"name": shown_name(name)},
            code="taken",
        )
    if number >= settings.DOMAINS_MOST_PER_COMMUNE:
        raise ValidationError(
            _("Mehr als %(most)d eigene Adressen sind nicht möglich. Entfernen Sie zuerst eine andere.")
            % {"most": settings.DOMAINS_MOST_PER_COMMUNE},
            code="too_many",
        )


@transaction.atomic
def make_primary(*, domain: Domain, actor: Any) -> Domain:
    """Make an active host name the one that mails, documents and the canonical redirect use.

    Rooms that keep the host themselves follow in the same transaction. Doing it twice changes nothing. Raises
    DomainError for a name that does not lead here.
    """
    with public_scope():
        lock_domains_of(domain.tenant_id)
        row = Domain.objects.select_related("tenant").get(pk=domain.pk)
        if row.is_primary:
            return row
        if row.state != S.ACTIVE:
            raise DomainError(
                _("%(name)s ist „%(now)s“. Hauptadresse kann nur werden, was aktiv ist.")
                % {"name": shown_name(row.domain), "now": row.get_state_display()}
            )
        Domain.objects.filter(tenant=row.tenant, is_primary=True).update(is_primary=False)
        row.is_primary = True
        row.save(update_fields=["is_primary"])
        record_domain_act(row, "domain.primary", actor)
        commune = Commune.objects.prefetch_related("domains").get(pk=row.tenant_id)
    if commune.state in WITH_SCHEMA:
        with commune_scope(commune.ref()) as ref:
            for follow in host_followers():
                follow(ref)
    return row


@transaction.atomic
def remove_domain(*, domain: Domain, actor: Any, reason: str = "") -> Domain:
    """Give a host name up; it stops answering at once. Doing it twice changes nothing.

    Raises DomainError for the primary one, and for the last of the platform's own subdomains: the commune must stay
    within reach when its own names fail.
    """
    with public_scope():
        lock_domains_of(domain.tenant_id)
        row = Domain.objects.get(pk=domain.pk)
        if row.state == S.REMOVED:
            return row
        if row.is_primary:
            raise DomainError(
                _("%(name)s ist die Hauptadresse. Machen Sie zuerst eine andere dazu.")
                % {"name": shown_name(row.domain)}
            )
        ours = Domain.objects.filter(tenant_id=row.tenant_id, proof=DomainProof.OURS, state=S.ACTIVE)
        if row.proof == DomainProof.OURS and not ours.exclude(pk=row.pk).exists():
            raise DomainError(
                _("%(name)s ist die Adresse bei der Plattform. Sie bleibt, falls eigene Adressen ausfallen.")
                % {"name": shown_name(row.domain)}
            )
        return change_domain_state(domain=row, to=S.REMOVED, actor=actor, reason=reason)


def drop_domain(*, domain: Domain, actor: Any, problem: str) -> Domain:
    """Remove a host name that time has run out for; a primary one hands over to another active name first.

    One that nothing can take over from stays as it is. For the schedule; people use `remove_domain`.
    """
    with transaction.atomic(), public_scope():
        row = Domain.objects.select_related("tenant").get(pk=domain.pk)
        if row.is_primary:
            successor = fallback_of(row)
            if successor is None:
                return row
            make_primary(domain=successor, actor=actor)
        row = remove_domain(domain=row, actor=actor, reason=problem)
    return row
