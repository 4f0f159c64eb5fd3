"""What a commune's role may do in its own schema, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from tenants.communes.scope import role_of

ON_TABLES = sql.SQL("SELECT, INSERT, UPDATE, DELETE")
ON_SEQUENCES = sql.SQL("USAGE, SELECT, UPDATE")


def rights_on_everything(schema: str) -> str:
    """SQL that gives the commune's role its rights on all there is in its schema."""
    return (
        sql.SQL(
            "GRANT USAGE ON SCHEMA {schema} TO {role};\n"
            "GRANT {tables} ON ALL TABLES IN SCHEMA {schema} TO {role};\n"
            "GRANT {sequences} ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
        )
        .format(
            schema=sql.Identifier(schema),
            role=sql.Identifier(role_of(schema)),
            tables=ON_TABLES,
            sequences=ON_SEQUENCES,
        )
        .as_string()
    )


def rights_on(schema: str, *, tables: Iterable[str], sequences: Iterable[str]) -> list[str]:
    """SQL that gives the commune's role its rights on these new relations of its schema."""
    role = sql.Identifier(role_of(schema))
    statements = []
    for rights, kind, names in ((ON_TABLES, "TABLE", tables), (ON_SEQUENCES, "SEQUENCE", sequences)):
        if listed := [sql.Identifier(schema, name) for name in names]:
            grant = sql.SQL("GRANT {rights} ON {kind} {names} TO {role}")
            statements.append(
                grant.format(rights=rights, kind=sql.SQL(kind), names=sql.SQL(", ").join(listed), role=role).as_string()
            )
    return statements
