"""What `tenants.communes.counters` counts."""

from __future__ import annotations

from django.db import models


class Count(models.Model):
    """How many of the tries, tasks or mails of one place were counted until `ends_at`.

    The table is UNLOGGED: counts are written often and may be lost in a crash. `place` begins with a commune's schema.
    """

    place = models.CharField(max_length=200, primary_key=True)
    number = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.place}: {self.number}"
