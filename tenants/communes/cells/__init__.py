"""Cells: a commune's schema may stand in another PostgreSQL than the shared tables. Routing is here by name."""

from tenants.communes.cells.routing import (
    CellRouter,
    UnknownCellError,
    alias_of,
    cell_names,
    is_reachable,
    route_by_scope,
)
from tenants.communes.scope import MAIN

__all__ = ["MAIN", "CellRouter", "UnknownCellError", "alias_of", "cell_names", "is_reachable", "route_by_scope"]
