"""A host name of a commune, and how far its proof is."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin

from tenants.communes.models.commune import Commune


class DomainState(models.TextChoices):
    """Where a host name stands. Our own subdomains are active at once."""

    PENDING = "pending", _("wartet auf den Nachweis")
    VERIFIED = "verified", _("nachgewiesen")
    ACTIVE = "active", _("aktiv")
    FAILING = "failing", _("gestört")
    REMOVED = "removed", _("entfernt")


class DomainProof(models.TextChoices):
    """How a commune shows that a name is its own."""

    OURS = "ours", _("Adresse der Plattform")
    DNS = "dns", _("Eintrag im DNS")
    HTTP = "http", _("Datei auf dem Webserver")


def new_token() -> str:
    """What a commune publishes to show that a name is its own: 32 URL-safe characters."""
    return secrets.token_urlsafe(24)


# a name in these states leads to a portal and belongs to one commune alone
ANSWERING_STATES = (DomainState.VERIFIED, DomainState.ACTIVE, DomainState.FAILING)


class Domain(DomainMixin):
    """A host name that leads to a commune's portal, as the DNS has it (punycode); one of them is primary.

    Several communes may claim a name while nobody has proven it: a claim must not keep the owner out. A removed row
    stays as a tombstone with its `problem`, which says why.
    """

    objects: ClassVar[models.Manager[Domain]] = models.Manager()

    tenant = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="domains", db_index=True)
    domain = models.CharField(max_length=253, db_index=True)
    state = models.CharField(max_length=10, choices=DomainState, default=DomainState.ACTIVE)
    proof = models.CharField(max_length=10, choices=DomainProof, default=DomainProof.OURS)
    token = models.CharField(max_length=64, default=new_token)
    verified_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(is_primary=True), name="domain_one_primary_per_commune"
            ),
            models.UniqueConstraint(
                fields=["domain"], condition=models.Q(state__in=ANSWERING_STATES), name="domain_answers_for_one_commune"
            ),
            models.UniqueConstraint(
                fields=["tenant", "domain"],
                condition=~models.Q(state=DomainState.REMOVED),
                name="domain_once_per_commune",
            ),
            models.CheckConstraint(condition=models.Q(domain=Lower("domain")), name="domain_lower_case"),
            models.CheckConstraint(condition=models.Q(state__in=DomainState.values), name="domain_state_known"),
            models.CheckConstraint(
                condition=models.Q(is_primary=False) | models.Q(state__in=[DomainState.ACTIVE, DomainState.FAILING]),
                name="domain_primary_is_active",
            ),
        ]

    def __str__(self) -> str:
        return self.domain
