"""What a release changes in the communes' schemas, and how it went over the fleet."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.communes.models.commune import Commune


class Release(models.Model):
    """A change of the communes' schemas, recorded once on the template and replayed on every schema.

    `level` counts them. `before` and `after` are standings (digests of the applied migrations); `before` is "" where
    nothing can be replayed: schemas are cloned at that level. `codes` are digests of the codes that fit it, by which a
    process knows its level. `steps` are `tenants.communes.rollouts.steps.Step`, in order.
    """

    level = models.PositiveIntegerField(primary_key=True)
    name = models.CharField(max_length=40)
    before = models.CharField(max_length=64, db_index=True)
    after = models.CharField(max_length=64, unique=True)
    codes = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["level"]

    def __str__(self) -> str:
        return f"{self.level} ({self.name})"


class Rollout(models.Model):
    """One run over the fleet: a migration, or a management command."""

    class State(models.TextChoices):
        RUNNING = "running", _("läuft")
        STOPPED = "stopped", _("angehalten")
        DONE = "done", _("fertig")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    command = models.CharField(max_length=200)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    actor = models.CharField(max_length=254)
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began_at"]

    def __str__(self) -> str:
        return f"{self.command} {self.state}"


class RolloutItem(models.Model):
    """One commune in a rollout."""

    class State(models.TextChoices):
        WAITING = "waiting", _("wartet")
        DONE = "done", _("fertig")
        FAILED = "failed", _("gescheitert")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="items")
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="+")
    wave = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    seconds = models.FloatField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["wave", "id"]
        constraints = [models.UniqueConstraint(fields=["rollout", "commune"], name="rollout_item_once")]

    def __str__(self) -> str:
        return f"{self.commune_id}: {self.state}"
