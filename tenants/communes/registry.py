"""A small typed registry: the lower room defines it, higher rooms register themselves when they are loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class DuplicateEntryError(ValueError):
    """Two rooms registered under the same name."""


class UnknownEntryError(KeyError):
    """Nobody registered under this name."""


class Registry(Generic[T]):
    """Entries by name, in the order of registration. Filled at start, read afterwards."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, T] = {}

    def register(self, key: str, entry: T) -> T:
        """Add `entry` under `key` and return it. Raises DuplicateEntryError for a key that is taken."""
        if key in self._entries:
            raise DuplicateEntryError(f"{self.name}: {key!r} is registered twice.")
        self._entries[key] = entry
        return entry

    def get(self, key: str) -> T:
        """The entry of `key`. Raises UnknownEntryError that names the known keys."""
        try:
            return self._entries[key]
        except KeyError:
            known = ", ".join(sorted(self._entries)) or "none"
            raise UnknownEntryError(f"{self.name}: no {key!r}; known: {known}.") from None

    def items(self) -> list[tuple[str, T]]:
        """All entries with their keys."""
        return list(self._entries.items())

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)
