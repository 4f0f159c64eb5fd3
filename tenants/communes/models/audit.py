"""The operator's record of acts."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """An act of the operator, kept for good. The actor is kept by e-mail: the row outlives the account."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.CharField(max_length=254)
    verb = models.CharField(max_length=60)
    target = models.CharField(max_length=120)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.target}"
