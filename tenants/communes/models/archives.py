"""Where a commune's archives are, which are about to be there, and whether one of them was proven to restore."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.communes.models.commune import Commune


class Archive(models.Model):
    """One file that holds a whole commune. `proven_at`: when it was restored into a scratch schema and checked."""

    class Kind(models.TextChoices):
        NIGHTLY = "nightly", _("nächtlich")
        MANUAL = "manual", _("von Hand")
        FINAL = "final", _("zum Auszug")

    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="archives")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MANUAL)
    path = models.CharField(max_length=500)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    level = models.PositiveIntegerField()
    rows = models.PositiveBigIntegerField()
    files = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    proven_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.path


class ArchiveIntent(models.Model):
    """A file that is about to stand on the shelf and is no archive yet. What is left of a crash is found by it."""

    path = models.CharField(max_length=500, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.path
