"""What a commune's administrators ordered to take along in readable form."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.communes.models.commune import Commune


class ReadableExport(models.Model):
    """One order of a readable export. `path` is a file in the commune's own storage until `expires_at`."""

    class State(models.TextChoices):
        WAITING = "waiting", _("wird zusammengestellt")
        DONE = "done", _("fertig")
        FAILED = "failed", _("gescheitert")
        EXPIRED = "expired", _("abgelaufen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="readable_exports")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    requested_by = models.CharField(max_length=254)
    path = models.CharField(max_length=200, blank=True, default="")
    size = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["commune"], condition=models.Q(state="waiting"), name="readable_export_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune_id}: {self.state}"
