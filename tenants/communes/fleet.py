"""Figures over all communes in one question, for the operator. Counts only: nobody's data is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg import sql

from tenants.communes.models import Commune, CommuneState
from tenants.communes.scope import public_scope

MOST_COUNTED = 300


@dataclass(frozen=True, slots=True)
class FleetCount:
    """Rows since a moment, over all communes: all of them, and those that meet the condition."""

    all: int
    matching: int


def count_since(*, table: str, column: str, since: datetime, condition: Sequence[str] = ()) -> FleetCount | None:
    """Count rows of a commune's table younger than `since`; `condition` names columns that must be empty (NULL).

    One statement over at most MOST_COUNTED communes. None when there are more of them than that, or none has the
    table: a figure that is not known is not shown.
    """
    with public_scope(), connection.cursor() as cursor:
        schemas = _schemas_with(table)
        if not schemas or len(schemas) > MOST_COUNTED:
            return None
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
    return FleetCount(int(total), int(matching))


def _schemas_with(table: str) -> list[str]:
    live = Commune.objects.filter(state__in=[CommuneState.LIVE, CommuneState.ONBOARDING])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = %s AND c.relkind = 'r' AND n.nspname = ANY(%s) ORDER BY 1",
            [table, list(live.values_list("schema_name", flat=True))],
        )
        return [row[0] for row in cursor.fetchall()]
