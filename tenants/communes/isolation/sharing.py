"""What rooms let through the walls: shared tables that communes read, and columns that the platform counts."""

from __future__ import annotations

from tenants.communes.registry import Registry

# shared tables that every commune's role may read, with the reason; rooms with such tables register them
shared_readable: Registry[str] = Registry("shared tables that communes may read")
# columns of a commune's table that the platform may count over the fleet; never one that names a person
fleet_countable: Registry[tuple[str, ...]] = Registry("columns that the platform may count")
