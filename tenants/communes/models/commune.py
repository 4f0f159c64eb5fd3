"""A commune: who is on the platform."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_tenants.models import TenantMixin

from tenants.communes.naming import validate_schema_name, validate_slug
from tenants.communes.roles import role_of
from tenants.communes.scope import CommuneRef


class CommuneKind(models.TextChoices):
    """What the commune is in public law."""

    CITY = "city", _("Stadt")
    MUNICIPALITY = "municipality", _("Gemeinde")
    COUNTY = "county", _("Landkreis")
    ASSOCIATION = "association", _("Gemeindeverband")


class CommuneState(models.TextChoices):
    """Where a commune stands in its life on the platform."""

    REQUESTED = "requested", _("angefragt")
    PROVISIONING = "provisioning", _("wird eingerichtet")
    ONBOARDING = "onboarding", _("in Aufnahme")
    LIVE = "live", _("läuft")
    SUSPENDED = "suspended", _("ausgesetzt")
    OFFBOARDING = "offboarding", _("im Auszug")
    ARCHIVED = "archived", _("archiviert")
    DELETED = "deleted", _("gelöscht")
    BROKEN = "broken", _("Einrichtung unterbrochen")


# nobody has seen a page of it yet
UNSEEN_STATES = frozenset({CommuneState.REQUESTED.value, CommuneState.PROVISIONING.value, CommuneState.BROKEN.value})
STILL_THERE = ~models.Q(state=CommuneState.DELETED)


class Commune(TenantMixin):
    """A tenant: town, municipality, county or association of municipalities."""

    auto_create_schema = False
    auto_drop_schema = False
    objects: ClassVar[models.Manager[Commune]] = models.Manager()

    schema_name = models.CharField(max_length=41, unique=True, validators=[validate_schema_name])
    slug = models.CharField(max_length=41, validators=[validate_slug])
    official_name = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=CommuneKind, default=CommuneKind.MUNICIPALITY)
    ars = models.CharField(max_length=12, blank=True, default="")
    land = models.CharField(max_length=2, blank=True, default="")
    postcode = models.CharField(max_length=5, blank=True, default="")
    inhabitants = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, choices=CommuneState, default=CommuneState.REQUESTED)
    release = models.CharField(max_length=40, blank=True, default="")
    # how far its schema is, as a number of communes_release; a web process that knows more shows the maintenance page
    level = models.PositiveIntegerField(default=0)
    cell = models.CharField(max_length=20, default="main")
    # while it moves to another cell: pages answer, nothing is written
    read_only = models.BooleanField(default=False, db_default=False)
    wave = models.PositiveSmallIntegerField(default=1, help_text="rollouts begin with wave 0, the canaries")
    tags = models.JSONField(default=list, blank=True)
    brand = models.JSONField(default=dict, blank=True, help_text="a copy of its look, for closed pages")
    # an order of the final archive stands; who gave it is in the record
    archive_ordered_at = models.DateTimeField(null=True, blank=True)
    removal_began_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_activity_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ars"],
                condition=~models.Q(ars="") & STILL_THERE,
                name="commune_ars_once",
                violation_error_message=_("Diese Kommune ist schon aufgenommen."),
            ),
            models.UniqueConstraint(
                Lower("official_name"),
                condition=models.Q(ars="") & STILL_THERE,
                name="commune_name_once_without_ars",
                violation_error_message=_("Eine Kommune mit diesem Namen ist schon aufgenommen."),
            ),
            models.UniqueConstraint(
                fields=["slug"],
                condition=STILL_THERE,
                name="commune_slug_once",
                violation_error_message=_("Diese Adresse ist schon vergeben."),
            ),
            models.CheckConstraint(
                condition=models.Q(schema_name__regex=r"^[a-z][a-z0-9_]{1,40}$"),
                name="commune_schema_name_form",
            ),
            models.CheckConstraint(condition=models.Q(ars__regex=r"^([0-9]{12})?$"), name="commune_ars_form"),
            models.CheckConstraint(condition=models.Q(state__in=CommuneState.values), name="commune_state_known"),
        ]

    def __str__(self) -> str:
        return self.official_name

    @property
    def role(self) -> str:
        """The database role of this commune."""
        return role_of(self.schema_name)

    @property
    def primary_host(self) -> str:
        """The stored canonical host, "" before the commune has one."""
        return next((domain.domain for domain in self.domains.all() if domain.is_primary), "")

    def ref(self) -> CommuneRef:
        """The small immutable form that running code carries."""
        return CommuneRef(
            id=self.pk,
            schema=self.schema_name,
            slug=self.slug,
            name=self.name,
            official_name=self.official_name,
            kind=self.kind,
            state=self.state,
            primary_host=self.primary_host,
            cell=self.cell,
            level=self.level,
            read_only=self.read_only,
        )

    def _refuse_switch(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError("Switching by `with commune` or `activate` is not offered: see tenants.communes.scope.")

    activate = __enter__ = __exit__ = _refuse_switch  # type: ignore[assignment]
