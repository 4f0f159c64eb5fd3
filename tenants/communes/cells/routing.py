"""Where the connection `default` leads: to the PostgreSQL of the scope's cell.

The main cell holds the shared tables and, as a rule, communes too. While the code works for a commune of another cell,
Django's alias `default` means that cell's connection: models, `connection`, `transaction` and libraries that know
nothing of cells work there without being told (docs/decisions/0042). The scope is a context variable, so that threads
and async code each follow their own; nothing is swapped and nothing has to be put back.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import ConnectionHandler
from django_tenants.routers import TenantSyncRouter

from tenants.communes.scope import MAIN, cell_of_scope


class UnknownCellError(LookupError):
    """A commune belongs to a cell that this process has no address of."""


class CellRouter(TenantSyncRouter):
    """Which tables belong where: the schema decides, and it is the same in every cell."""

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        return super().allow_migrate(DEFAULT_DB_ALIAS, app_label, model_name, **hints) is not False


class CellConnections(ConnectionHandler):
    """Django's connections, with `default` leading where the scope belongs."""

    def __getitem__(self, alias: str) -> Any:
        return super().__getitem__(alias_of(cell_of_scope()) if alias == DEFAULT_DB_ALIAS else alias)


def route_by_scope() -> None:
    """Let `django.db.connections` follow the scope. Runs once, when the apps are ready; twice does no harm."""
    # everybody has imported this very object by now, so it changes its kind instead of being replaced
    connections.__class__ = CellConnections


def cell_names() -> list[str]:
    """All cells that this process has an address of, the main one first."""
    return [MAIN, *settings.CELLS]


def is_reachable(cell: str) -> bool:
    """Whether this process has an address of a cell."""
    return cell == MAIN or cell in settings.CELLS


def alias_of(cell: str) -> str:
    """Django's name of a cell's connection. Raises UnknownCellError with what to do."""
    if cell == MAIN:
        return DEFAULT_DB_ALIAS
    if cell not in settings.CELLS:
        raise UnknownCellError(f"No address of the cell {cell!r}: name it in CELL_URLS ({cell}=postgresql://…).")
    return f"cell_{cell}"
