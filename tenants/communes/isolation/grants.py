"""The rights of the roles, as SQL. Every script may run again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from tenants.communes.backend.introspection import RELATIONS_OF
from tenants.communes.isolation.sharing import fleet_countable, shared_readable
from tenants.communes.roles import communes_role, platform_role, quoted, reader_role, role_of
from tenants.communes.scope import MAIN, PUBLIC_SCHEMA, owner_scope

ROWS = "SELECT, INSERT, UPDATE, DELETE"
# the operator's record: written once, by nobody changed
APPEND_ONLY = ("communes_auditentry",)
MIGRATIONS = "django_migrations"


def commune_grants(schema: str, *, tables: Iterable[str], sequences: Iterable[str]) -> str:
    """The rights of one commune's role on its own schema, and the platform's right to count. As the owner.

    Rows of every table, but not the record of migrations: how far a schema is, the platform decides. Each relation is
    named: ALL TABLES IN SCHEMA would read the whole of pg_class, six times.
    """
    role, inside, platform = quoted(role_of(schema)), quoted(schema), quoted(platform_role())
    return f"""\
GRANT USAGE ON SCHEMA {inside} TO {role}, {platform};
{grants_on_new(schema, tables=tables, sequences=sequences)}\
REVOKE INSERT, UPDATE, DELETE ON {inside}.{MIGRATIONS} FROM {role};
"""


def grants_on_new(schema: str, *, tables: Iterable[str], sequences: Iterable[str]) -> str:
    """The same rights on relations that a release adds, and on what may be counted now. As the owner; "" for none."""
    role = quoted(role_of(schema))
    new_tables, new_sequences = (
        ", ".join(f"{quoted(schema)}.{quoted(name)}" for name in names) for names in (tables, sequences)
    )
    on_tables = f"GRANT {ROWS} ON TABLE {new_tables} TO {role};\n" if new_tables else ""
    on_sequences = f"GRANT USAGE, SELECT ON SEQUENCE {new_sequences} TO {role};\n" if new_sequences else ""
    return on_tables + on_sequences + _counting_grants(schema)


def _counting_grants(schema: str) -> str:
    return "".join(
        f"GRANT SELECT ({', '.join(map(quoted, columns))}) ON {quoted(schema)}.{quoted(table)}"
        f" TO {quoted(platform_role())};\n"
        for table, columns in fleet_countable.items()
    )


def commune_memberships(schema: str) -> str:
    """The commune's role reads shared tables; who may work for communes may become it."""
    role = quoted(role_of(schema))
    return f"GRANT {quoted(reader_role())} TO {role};\nGRANT {role} TO {quoted(communes_role())};\n"


def shared_grants() -> str:
    """The platform's rights on rows of the shared tables, and the communes' right to read the registered ones."""
    platform, reader = quoted(platform_role()), quoted(reader_role())
    lines = [
        f"GRANT USAGE ON SCHEMA public TO {platform}, {reader}",
        f"GRANT {ROWS} ON ALL TABLES IN SCHEMA public TO {platform}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {platform}",
        f"REVOKE INSERT, UPDATE, DELETE ON public.{MIGRATIONS} FROM {platform}",
        *(f"REVOKE UPDATE, DELETE ON public.{table} FROM {platform}" for table in APPEND_ONLY),
        *(f"GRANT SELECT ON public.{quoted(table)} TO {reader}" for table in shared_readable),
    ]
    return ";\n".join(lines)


def grant_shared_tables() -> None:
    """Give the platform and the communes their rights on the shared tables, after a migration of them."""
    with owner_scope(PUBLIC_SCHEMA), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(shared_grants())


def regrant(schema: str, *, cell: str = MAIN) -> None:
    """Give a commune's role its rights on tables that a migration added."""
    with owner_scope(PUBLIC_SCHEMA, cell=cell), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT relkind::text, relname FROM pg_class WHERE oid IN ({RELATIONS_OF}) AND relkind IN ('r', 'S')",
            [schema],
        )
        found = cursor.fetchall()
        tables, sequences = ([name for kind, name in found if kind == wanted] for wanted in ("r", "S"))
        cursor.execute(commune_grants(schema, tables=tables, sequences=sequences))
