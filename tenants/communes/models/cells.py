"""Which PostgreSQL servers hold communes, and which communes are on their way from one to another."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.communes.models.commune import Commune


class Cell(models.Model):
    """A further PostgreSQL that was prepared for communes. `template` is the digest of its copy of the template."""

    name = models.CharField(max_length=20, primary_key=True)
    template = models.CharField(max_length=64, blank=True, default="")
    shared = models.CharField(max_length=64, blank=True, default="", help_text="digest of its shared tables' structure")
    added_at = models.DateTimeField(auto_now_add=True)
    refreshed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at", "name"]

    def __str__(self) -> str:
        return self.name


class Move(models.Model):
    """A commune's way to another cell. `step` is the last one that is done; a move that was killed goes on there.

    `window` is the time in seconds in which nothing could be written.
    """

    class Step(models.TextChoices):
        BEGUN = "begun", _("begonnen")
        COPIED = "copied", _("kopiert")
        FROZEN = "frozen", _("nur lesbar")
        SWITCHED = "switched", _("umgeschaltet")
        DONE = "done", _("fertig")
        UNDONE = "undone", _("zurückgenommen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="moves")
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    step = models.CharField(max_length=10, choices=Step, default=Step.BEGUN)
    problem = models.TextField(blank=True, default="")
    tables = models.PositiveIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    window = models.FloatField(null=True, blank=True)
    began_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # the schema in the source, kept for a while; None when it is gone
    kept_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["commune"],
                condition=~models.Q(step__in=["done", "undone"]),
                name="move_one_at_a_time",
            ),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="move_leads_elsewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.commune_id}: {self.source} → {self.target} ({self.step})"
