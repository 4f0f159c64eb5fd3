"""Cells: a commune's schema may stand in another PostgreSQL than the shared tables.

The main cell holds the shared tables and, as a rule, communes too. While the code works for a commune of another cell,
Django's connection `default` of this thread is that cell's: models, `connection`, `transaction` and libraries that know
nothing of cells work there without being told (docs/decisions/0042).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django_tenants.routers import TenantSyncRouter

MAIN = "main"
_away = threading.local()


class UnknownCellError(LookupError):
    """A commune belongs to a cell that this process has no address of."""


class CellRouter(TenantSyncRouter):
    """Which tables belong where: the schema decides, and it is the same in every cell."""

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        return super().allow_migrate(DEFAULT_DB_ALIAS, app_label, model_name, **hints) is not False


def cell_names() -> list[str]:
    """All cells that this installation knows, the main one first."""
    return [MAIN, *settings.CELLS]


def alias_of(cell: str) -> str:
    """Django's name of a cell's connection. Raises UnknownCellError with what to do."""
    if cell == MAIN:
        return DEFAULT_DB_ALIAS
    if cell not in settings.CELLS:
        raise UnknownCellError(f"No address of the cell {cell!r}: name it in CELL_URLS ({cell}=postgresql://…).")
    return f"cell_{cell}"


@contextmanager
def in_cell(cell: str) -> Iterator[None]:
    """Let this thread's connection `default` lead to the PostgreSQL of `cell`; afterwards to where it led before."""
    away = getattr(_away, "main", None)
    before = connections[DEFAULT_DB_ALIAS]
    main = away or before
    target = main if cell == MAIN else connections[alias_of(cell)]
    if target is before:
        yield
        return
    connections[DEFAULT_DB_ALIAS], _away.main = target, None if target is main else main
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS], _away.main = before, away
