"""Service definitions, shared by all communes. A published version never changes and is never deleted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ServiceDefinition(models.Model):
    """One version of what a service is: texts, form, rules and letters as JSON.

    The database itself refuses to change or delete a published row (trigger
    `definitions_published_is_final`), because cases of every commune refer to it by key and version.
    `leika_key` stays empty until someone has looked it up.
    """

    key = models.CharField("Schlüssel", max_length=60)
    version = models.PositiveIntegerField("Version")
    leika_key = models.CharField("LeiKa-Schlüssel", max_length=14, null=True, blank=True)
    content = models.JSONField("Inhalt")
    checksum = models.CharField("Prüfsumme", max_length=64)
    published_at = models.DateTimeField("veröffentlicht am", null=True, blank=True)

    class Meta:
        verbose_name = "Leistung (Stammtext)"
        verbose_name_plural = "Leistungen (Stammtexte)"
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="definitions_key_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="definitions_version_from_one"),
            models.CheckConstraint(
                condition=Q(key__regex=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), name="definitions_key_form"
            ),
            models.CheckConstraint(
                condition=Q(leika_key__isnull=True) | Q(leika_key__regex=r"^99[0-9]{12}$"),
                name="definitions_leika_form",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
