"""Figures over all communes in one question, for the operator. Counts only: nobody's data is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection
from psycopg import sql

from tenants.communes.cells import UnknownCellError
from tenants.communes.models import Commune, CommuneState
from tenants.communes.queries import communes_by_cell
from tenants.communes.scope import public_scope

MOST_COUNTED = 300


@dataclass(frozen=True, slots=True)
class FleetCount:
    """Rows since a moment, over all communes: all of them, and those that meet the condition."""

    all: int
    matching: int


def count_since(*, table: str, column: str, since: datetime, condition: Sequence[str] = ()) -> FleetCount | None:
    """Count rows of a commune's table younger than `since`; `condition` names columns that must be empty (NULL).

    One statement for each cell, over at most MOST_COUNTED communes in all. None when there are more of them than that,
    none has the table, or a cell can't be asked: a figure that is not known is not shown.
    """
    with public_scope():
        communes = list(Commune.objects.filter(state__in=[CommuneState.LIVE, CommuneState.ONBOARDING]))
    if len(communes) > MOST_COUNTED:
        return None
    counts = []
    for cell, here in communes_by_cell(communes).items():
        try:
            with public_scope(cell=cell):
                counts += _counts(table, column, since, condition, [commune.schema_name for commune in here])
        except (OperationalError, UnknownCellError):
            return None
    if not counts:
        return None
    return FleetCount(sum(total for total, _matching in counts), sum(matching for _total, matching in counts))


def _counts(
    table: str, column: str, since: datetime, condition: Sequence[str], schemas: list[str]
) -> list[tuple[int, int]]:
    """The sums over the schemas of one cell that have the table, in a list; empty when none has."""
    with connection.cursor() as cursor:
        schemas = _schemas_with(table, schemas)
        if not schemas:
            return []
        empty = sql.SQL(" AND ").join(
            [sql.SQL("true"), *(sql.SQL("{} IS NULL").format(sql.Identifier(name)) for name in condition)]
        )
        one = sql.SQL("SELECT count(*) AS n, count(*) FILTER (WHERE {empty}) AS m FROM {table} WHERE {column} >= {at}")
        parts = [
            one.format(
                empty=empty,
                table=sql.Identifier(schema, table),
                column=sql.Identifier(column),
                at=sql.Literal(since.isoformat()),
            )
            for schema in schemas
        ]
        union = sql.SQL("SELECT sum(n), sum(m) FROM ({}) AS fleet").format(sql.SQL(" UNION ALL ").join(parts))
        cursor.execute(union.as_string(connection.connection))
        total, matching = cursor.fetchone()
    return [(int(total), int(matching))]


def _schemas_with(table: str, schemas: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = %s AND c.relkind = 'r' AND n.nspname = ANY(%s) ORDER BY 1",
            [table, schemas],
        )
        return [row[0] for row in cursor.fetchall()]
