"""How a commune is made."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.communes.models.commune import Commune


class ProvisioningRun(models.Model):
    """One making of a commune: what was ordered, how far it is, why it stopped."""

    class State(models.TextChoices):
        WAITING = "waiting", _("wartet")
        RUNNING = "running", _("läuft")
        DONE = "done", _("fertig")
        FAILED = "failed", _("unterbrochen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="provisioning_runs")
    key = models.CharField(max_length=80, unique=True, null=True, help_text="ordering twice with one key is one order")
    brief = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    step = models.CharField(max_length=40, blank=True, default="")
    finished_steps = models.JSONField(default=list)
    error = models.TextField(blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.commune_id}: {self.state}"


class SpareSchema(models.Model):
    """A schema cloned ahead of time, waiting to be claimed by rename."""

    schema_name = models.CharField(max_length=41, primary_key=True)
    cell = models.CharField(max_length=20, default="main")
    level = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.schema_name
