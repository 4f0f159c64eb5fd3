"""`fleet verify`: does each schema equal the template, has its role its rights, do its references lead somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from tenants.communes.isolation.grants import MIGRATIONS
from tenants.communes.models import Commune
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA
from tenants.communes.queries import communes_by_cell
from tenants.communes.references import SharedReference, given, shared_references
from tenants.communes.rollouts.migrating import Position, survey
from tenants.communes.rollouts.selection import Selector
from tenants.communes.rollouts.shared_tables import shared_tables_are_behind
from tenants.communes.rollouts.structure import SCHEMAS_AT_ONCE, differences, structure_digests
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope

SHOWN_PER_SCHEMA = 20
_RIGHTS = """
SELECT n.nspname, c.relname,
       has_table_privilege(r.role, c.oid, 'SELECT') AND (c.relname = %(migrations)s OR (
           has_table_privilege(r.role, c.oid, 'INSERT') AND has_table_privilege(r.role, c.oid, 'UPDATE')
           AND has_table_privilege(r.role, c.oid, 'DELETE'))),
       EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee NOT IN (c.relowner, r.role::regrole))
FROM unnest(%(schemas)s::text[], %(roles)s::text[]) AS r (schema_name, role)
JOIN pg_namespace n ON n.nspname = r.schema_name
JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p')
ORDER BY n.nspname, c.relname
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be in one schema."""

    schema: str
    text: str


def verify_fleet(selector: Selector) -> list[Finding]:
    """Look at the selected communes; reads only. Communes that are behind or out of reach are reported, not compared.

    Reading may fail where the shared tables are behind this code (`reading_shared_tables`).
    """
    positions = survey(selector.communes(few=shared_tables_are_behind()))
    findings = [Finding(p.commune.schema_name, _standing_of(p)) for p in positions if p.is_behind]
    present = [position.commune for position in positions if not position.is_behind]
    for check in (structure_findings, rights_findings, reference_findings):
        for cell, communes in communes_by_cell(present).items():
            for begin in range(0, len(communes), SCHEMAS_AT_ONCE):
                findings += check(communes[begin : begin + SCHEMAS_AT_ONCE], cell)
    return findings


def _standing_of(position: Position) -> str:
    level = position.level if position.level is not None else "unknown"
    return position.problem or f"stands at level {level}: behind"


def structure_findings(communes: Sequence[Commune], cell: str) -> list[Finding]:
    """Schemas that are not built like the template."""
    schemas = [commune.schema_name for commune in communes]
    digests = structure_digests([TEMPLATE_SCHEMA, *schemas], cell=cell)
    findings = []
    for schema in schemas:
        if digests.get(schema) != digests[TEMPLATE_SCHEMA]:
            found = differences(schema, TEMPLATE_SCHEMA, cell=cell)
            findings += [Finding(schema, text) for text in found[:SHOWN_PER_SCHEMA]]
            if len(found) > SHOWN_PER_SCHEMA:
                findings.append(Finding(schema, f"… and {len(found) - SHOWN_PER_SCHEMA} differences more"))
    return findings


def rights_findings(communes: Sequence[Commune], cell: str) -> list[Finding]:
    """Tables that a commune's role can't use, or that others can."""
    asked: dict[str, Any] = {
        "schemas": [commune.schema_name for commune in communes],
        "roles": [commune.role for commune in communes],
        "migrations": MIGRATIONS,
    }
    findings = []
    with owner_scope(PUBLIC_SCHEMA, cell=cell), connection.cursor() as cursor:
        cursor.execute(_RIGHTS, asked)
        for schema, table, enough, others in cursor.fetchall():
            if not enough:
                findings.append(Finding(schema, f"its role lacks rights on the table {table}"))
            if others:
                findings.append(Finding(schema, f"roles of others have rights on the table {table}"))
    return findings


def reference_findings(communes: Sequence[Commune], cell: str) -> list[Finding]:
    """References to shared rows that are not there."""
    findings: list[Finding] = []
    with owner_scope(PUBLIC_SCHEMA, cell=cell), connection.cursor() as cursor:
        for _name, reference in shared_references.items():
            parts = [_lost(commune.schema_name, reference) for commune in communes]
            if parts:
                cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(connection.connection))
                findings += [_finding(reference, row) for row in cursor.fetchall()]
    return findings


def _finding(reference: SharedReference, row: Sequence[str]) -> Finding:
    schema, count, *key = row
    return Finding(
        schema, f"{count} rows of {reference.table} refer to {' '.join(map(str, key))}, which {reference.target} lacks"
    )


def _lost(schema: str, reference: SharedReference) -> sql.Composed:
    columns = [sql.Identifier("t", name) for name in reference.columns]
    keys = [sql.Identifier("s", name) for name in reference.keys]
    matches = [sql.SQL("{} = {}").format(key, column) for key, column in zip(keys, columns, strict=True)]
    return sql.SQL(
        "(SELECT {schema} AS schema_name, count(*) AS rows, {names} FROM {table} t WHERE {given} AND NOT EXISTS"
        " (SELECT FROM {target} s WHERE {matches}) GROUP BY {names})"
    ).format(
        schema=sql.Literal(schema),
        names=sql.SQL(", ").join(columns),
        table=sql.Identifier(schema, reference.table),
        given=given(reference.columns, "t"),
        target=sql.Identifier(PUBLIC_SCHEMA, reference.target),
        matches=sql.SQL(" AND ").join(matches),
    )
