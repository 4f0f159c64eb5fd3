"""What the console remembers: the official directory and unfinished onboardings. Tables in `public`."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.communes.models import CommuneKind, ProvisioningRun


class DirectoryKind(models.TextChoices):
    """The directory's Textkennzeichen of municipalities (GV-ISys)."""

    MARKET = "60", _("Markt")
    INDEPENDENT_CITY = "61", _("kreisfreie Stadt")
    URBAN_COUNTY = "62", _("Stadtkreis")
    TOWN = "63", _("Stadt")
    MUNICIPALITY = "64", _("Gemeinde")
    INHABITED_FREE_AREA = "65", _("gemeindefreies Gebiet, bewohnt")
    FREE_AREA = "66", _("gemeindefreies Gebiet, unbewohnt")
    LARGE_TOWN = "67", _("große Kreisstadt")


CITIES = frozenset(
    {DirectoryKind.INDEPENDENT_CITY, DirectoryKind.URBAN_COUNTY, DirectoryKind.TOWN, DirectoryKind.LARGE_TOWN}
)


class DirectoryEntry(models.Model):
    """One municipality of the official directory (Gemeindeverzeichnis GV-ISys, Satzart 60)."""

    ars = models.CharField(_("Regionalschlüssel"), max_length=12, primary_key=True)
    official_name = models.CharField(_("amtlicher Name"), max_length=200)
    name = models.CharField(_("Name"), max_length=200)
    kind = models.CharField(_("Art"), max_length=2, choices=DirectoryKind)
    land = models.CharField(max_length=2)
    land_name = models.CharField(_("Land"), max_length=60)
    county = models.CharField(_("Kreis"), max_length=120, blank=True)
    postcode = models.CharField(_("Postleitzahl"), max_length=5, blank=True)
    inhabitants = models.PositiveIntegerField(_("Einwohner"), default=0)
    area_km2 = models.DecimalField(_("Fläche"), max_digits=8, decimal_places=2, default=0)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    # the name in lower case without umlauts, for searching
    folded = models.CharField(max_length=220, db_index=True)

    class Meta:
        verbose_name = _("Eintrag im Gemeindeverzeichnis")
        verbose_name_plural = _("Gemeindeverzeichnis")
        constraints = [
            models.CheckConstraint(condition=models.Q(ars__regex=r"^[0-9]{12}$"), name="directory_ars_form"),
            models.CheckConstraint(condition=models.Q(kind__in=DirectoryKind.values), name="directory_kind_known"),
        ]

    def __str__(self) -> str:
        return self.official_name

    @property
    def commune_kind(self) -> str:
        """The kind a commune of this entry has on the platform."""
        return CommuneKind.CITY if self.kind in CITIES else CommuneKind.MUNICIPALITY


class Onboarding(models.Model):
    """The answers of one onboarding, kept until it is ordered; afterwards the receipt that it was ordered once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answers = models.JSONField(default=dict)
    started_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    run = models.OneToOneField(ProvisioningRun, on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return str(self.answers.get("official_name", ""))
