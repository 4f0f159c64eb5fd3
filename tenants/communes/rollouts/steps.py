"""What a Release consists of, in the form its row keeps it (JSON)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

# "sql": the statements are all there is to it; "python": Django has to run the migration in each schema;
# "rows": what Django adds after migrating (content types, permissions), and records of migrations that are no more
Kind = Literal["sql", "python", "rows"]


@dataclass(frozen=True, slots=True)
class Step:
    """One migration of a release, or what follows all of them (`rows`, without app and name).

    `records` are the (app, name) pairs it enters in `django_migrations`: one, or several for a squashed migration.
    `tables` and `sequences` are those it makes, for the rights on them.
    """

    kind: Kind
    app: str = ""
    name: str = ""
    statements: tuple[str, ...] = ()
    records: tuple[tuple[str, str], ...] = ()
    tables: tuple[str, ...] = ()
    sequences: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Step:
        """The step as the Release keeps it."""
        lists = {name: tuple(kept.get(name, ())) for name in ("statements", "tables", "sequences")}
        records = tuple((app, name) for app, name in kept.get("records", ()))
        return cls(kind=kept["kind"], app=kept["app"], name=kept["name"], records=records, **lists)

    def as_json(self) -> dict[str, Any]:
        """Plain values for the Release's row."""
        return asdict(self)

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.app}.{self.name}" if self.app else "content types and permissions"


@dataclass(slots=True)
class Change:
    """What one migration has done so far, while it is being recorded."""

    app: str
    name: str
    records: tuple[tuple[str, str], ...]
    statements: list[str] = field(default_factory=list)
    needs_django: bool = False
