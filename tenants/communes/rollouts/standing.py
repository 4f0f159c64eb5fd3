"""Where a schema stands: a digest of its applied migrations, the same here and in PostgreSQL.

Only the apps that have tables in a commune's schema count (`TENANT_APPS`). A schema also records migrations of the
others, which do nothing there; those rows say nothing about it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tenants.communes.cells import MAIN
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope

# (app label, migration name)
Key = tuple[str, str]

# a list of scalar subqueries: unlike a UNION of a thousand parts, it is flat for parser and planner
_STANDINGS = "SELECT * FROM (VALUES {rows}) AS fleet (schema_name, standing)"
_DIGEST = """encode(sha256(convert_to(
    string_agg(app || '.' || name, E'\\n' ORDER BY (app || '.' || name) COLLATE "C"), 'UTF8')), 'hex')"""
_ONE = f"({{name}}, (SELECT {_DIGEST} FROM {{table}} WHERE app = ANY({{apps}})))"
_WITH_MIGRATIONS = """
SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = 'django_migrations' AND c.relkind = 'r' AND n.nspname = ANY(%s)
"""


def tenant_labels() -> list[str]:
    """Labels of the apps whose migrations change a commune's schema."""
    return sorted(config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS)


def shared_labels() -> list[str]:
    """Labels of the apps whose migrations change `public`."""
    return sorted(config.label for config in apps.get_app_configs() if config.name in settings.SHARED_APPS)


def digest_of(keys: Iterable[Key]) -> str:
    """The standing of a schema in which exactly these migrations are applied; "" for none."""
    lines = sorted(f"{app}.{name}".encode() for app, name in keys)
    return sha256(b"\n".join(lines)).hexdigest() if lines else ""


def migrations_on_disk(labels: Iterable[str]) -> set[Key]:
    """The migrations that this code brings, by file name as Django finds them; nothing of theirs is imported."""
    found: set[Key] = set()
    for label in labels:
        module_name, _explicit = MigrationLoader.migrations_module(label)
        if module_name is None:
            continue
        try:
            module = import_module(module_name)
        except ModuleNotFoundError:
            continue  # an app without migrations
        paths = getattr(module, "__path__", [])
        found |= {
            (label, name)
            for _finder, name, package in pkgutil.iter_modules(paths)
            if not package and name[0] not in "_~"
        }
    return found


def pending_in(schema: str, labels: Sequence[str]) -> list[Key]:
    """The migrations of these apps that a schema of the main cell lacks, sorted."""
    return sorted(migrations_on_disk(labels) - applied_in(schema, labels))


def code_standing() -> str:
    """What this code is, as the release that it fits names it: all migrations it brings, of shared tables too."""
    return digest_of(migrations_on_disk({*tenant_labels(), *shared_labels()}))


def applied_in(schema: str, labels: Sequence[str] | None = None, *, cell: str = MAIN) -> set[Key]:
    """The migrations that one schema records, of the given apps (all of them: None). Empty without the table."""
    with owner_scope(PUBLIC_SCHEMA, cell=cell), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_WITH_MIGRATIONS, [[schema]])
        if cursor.fetchone() is None:
            return set()
        query = sql.SQL("SELECT app, name FROM {table}").format(table=sql.Identifier(schema, "django_migrations"))
        cursor.execute(query.as_string(connection.connection))
        return {(app, name) for app, name in cursor.fetchall() if labels is None or app in labels}


def standings(schemas: Iterable[str], *, cell: str = MAIN) -> dict[str, str]:
    """The standing of each schema of a cell, in one statement over all of them; those that don't exist are left out.

    The digests are made in the server. A schema without a single migration stands at "".
    """
    with owner_scope(PUBLIC_SCHEMA, cell=cell), transaction.atomic(), connection.cursor() as cursor:
        # thousands of small plans: compiling them costs more than it saves
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(_WITH_MIGRATIONS, [list(schemas)])
        present = [row[0] for row in cursor.fetchall()]
        if not present:
            return {}
        labels = sql.Literal(tenant_labels())
        one = sql.SQL(_ONE)
        rows = [
            one.format(name=sql.Literal(schema), table=sql.Identifier(schema, "django_migrations"), apps=labels)
            for schema in present
        ]
        statement = sql.SQL(_STANDINGS).format(rows=sql.SQL(", ").join(rows))
        cursor.execute(statement.as_string(connection.connection))
        return {schema: standing or "" for schema, standing in cursor.fetchall()}


def standing_here() -> str:
    """The standing of the schema in whose owner's scope this runs; "" when nothing was migrated there yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(quote_ident(current_schema()) || '.django_migrations')")
        if cursor.fetchone()[0] is None:
            return ""
        cursor.execute(f"SELECT {_DIGEST} FROM django_migrations WHERE app = ANY(%s)", [tenant_labels()])
        return cursor.fetchone()[0] or ""
