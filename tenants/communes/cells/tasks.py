"""What is left of moves, on the schedule."""

from __future__ import annotations

from tenants.communes.cells.leaving import tidy_moves
from tenants.communes.tasks import owner_task


@owner_task(name="tenants.communes.cells.tidy")
def tidy() -> int:
    """Drop old copies; open communes whose move was killed. May be delivered twice."""
    return tidy_moves()
