"""A commune's brand: one row in its schema, and the history of who changed it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from themes.tokens import CRESTS, SCENES, BrandTokens
from themes.typefaces import TYPEFACES

HEX_COLOUR = r"^#[0-9a-f]{6}$"


class Brand(models.Model):
    """The look of this commune. There is exactly one row; its key is always 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    primary = models.CharField(_("Hauptfarbe"), max_length=7)
    accent = models.CharField(_("Akzentfarbe"), max_length=7)
    typeface = models.CharField(_("Schrift"), max_length=40)
    radius = models.FloatField(_("Eckenradius"), help_text=_("in rem, 0 bis 2"))
    density = models.FloatField(_("Weite"), help_text=_("1 ist normal, 0,8 eng, 1,3 weit"))
    head_weight = models.PositiveSmallIntegerField(_("Stärke der Überschriften"))
    head_tracking = models.FloatField(_("Laufweite der Überschriften"))
    tagline = models.CharField(_("Beiname"), max_length=60, blank=True)
    scene = models.CharField(_("Bild auf der Startseite"), max_length=40)
    crest = models.CharField(_("Zeichen"), max_length=40)
    logo = models.FileField(_("Logo"), upload_to="brand/", max_length=200, blank=True)
    crest_file = models.FileField(_("Wappen"), upload_to="brand/", max_length=200, blank=True)
    font = models.FileField(_("eigene Schrift"), upload_to="brand/", max_length=200, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("Marke")
        verbose_name_plural = _("Marken")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="brand_one_row"),
            models.CheckConstraint(
                condition=models.Q(primary__regex=HEX_COLOUR) & models.Q(accent__regex=HEX_COLOUR),
                name="brand_colours_resolved",
            ),
            models.CheckConstraint(
                condition=models.Q(radius__range=(0, 2)) & models.Q(density__range=(0.8, 1.3)),
                name="brand_shape_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.primary} / {self.accent}"

    @property
    def tokens(self) -> BrandTokens:
        """The stored values as tokens; a choice that no longer comes with us falls back to the default."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(BrandTokens)}
        known = {"typeface": tuple(TYPEFACES), "scene": SCENES, "crest": CRESTS}
        return BrandTokens.from_dict({k: v for k, v in values.items() if v in known.get(k, (v,))})


class BrandChange(models.Model):
    """Who changed the brand, when, to what, and what had to be corrected for contrast."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=254, blank=True)
    tokens = models.JSONField()
    corrections = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%d.%m.%Y} {self.actor}"
