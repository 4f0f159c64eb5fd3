"""References from a commune's tables to shared rows, which no foreign key may hold: by stable key, checked by command.

Rooms register theirs in `AppConfig.ready()`; `rathausplatz fleet verify` looks for those that lead nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from tenants.communes.registry import Registry


@dataclass(frozen=True, slots=True)
class SharedReference:
    """`columns` of a commune's `table` name a row of public's `target` by `keys`, in the same order.

    A row whose first column is empty ("" or NULL), or another one NULL, refers to nothing.
    """

    table: str
    columns: tuple[str, ...]
    target: str
    keys: tuple[str, ...]


shared_references: Registry[SharedReference] = Registry("references to shared rows")


def refer_to_shared(table: str, columns: tuple[str, ...], *, target: str, keys: tuple[str, ...]) -> None:
    """Register one reference. A table may have several, with other columns."""
    name = f"{table}.{'+'.join(columns)}"
    shared_references.register(name, SharedReference(table, columns, target, keys))
