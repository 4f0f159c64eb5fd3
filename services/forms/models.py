"""Drafts and uploads: what a person has filled in and not sent yet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Draft(models.Model):
    """An application that is being filled in. Whoever knows the token may continue it until it expires.

    Sending claims the draft once: `claimed_at` is set, `reference` names what it became, and the answers
    leave the draft. The row stays until it expires, so that a second click finds its way to the same case. `origin` is
    a digest of where it was begun, for the quotas alone.
    """

    token = models.CharField("Kennung", max_length=64, unique=True)
    offering_slug = models.CharField("Leistung", max_length=100)
    definition_key = models.CharField("Stammtext", max_length=60)
    definition_version = models.PositiveIntegerField("Version")
    answers = models.JSONField("Angaben", default=dict)
    created_at = models.DateTimeField("begonnen", auto_now_add=True)
    expires_at = models.DateTimeField("gültig bis", db_index=True)
    claimed_at = models.DateTimeField("abgesendet", null=True, blank=True)
    reference = models.CharField("Vorgang", max_length=60, blank=True)
    origin = models.CharField("Kennung des Anschlusses", max_length=64, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "Entwurf"
        verbose_name_plural = "Entwürfe"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True, reference="") | (Q(claimed_at__isnull=False) & ~Q(reference="")),
                name="forms_claimed_draft_has_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_slug} ({self.created_at:%d.%m.%Y})"


class Upload(models.Model):
    """A file given with an application: first of a draft, after sending of what the draft became
    (`reference`).
    """

    draft = models.ForeignKey(
        Draft, models.PROTECT, null=True, blank=True, related_name="uploads", verbose_name="Entwurf"
    )
    reference = models.CharField("Vorgang", max_length=60, blank=True, db_index=True)
    field = models.CharField("Feld", max_length=40)
    file = models.FileField("Datei", max_length=200)
    original_name = models.CharField("Name", max_length=150)
    content_type = models.CharField("Art", max_length=40)
    size = models.PositiveIntegerField("Größe in Byte")
    sha256 = models.CharField("SHA-256", max_length=64)
    created_at = models.DateTimeField("hochgeladen", auto_now_add=True)

    class Meta:
        verbose_name = "Datei"
        verbose_name_plural = "Dateien"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=False, reference="") | (Q(draft__isnull=True) & ~Q(reference="")),
                name="forms_upload_has_one_owner",
            ),
            models.UniqueConstraint(fields=["draft", "field"], name="forms_one_upload_per_field"),
        ]

    def __str__(self) -> str:
        return self.original_name
