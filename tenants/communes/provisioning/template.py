"""Bringing the shared tables, the template schema and the communes to the present release."""

from __future__ import annotations

from collections.abc import Callable

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection, transaction

from tenants.communes.isolation.grants import grant_shared_tables, regrant
from tenants.communes.models import Commune
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA, applied_migrations, schema_exists
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope
from tenants.communes.starters import starters

Say = Callable[[str], None]


def migrate_schema(schema: str, verbosity: int = 0) -> None:
    """Run Django's migrations in one schema, as owner."""
    from django.core.management import call_command

    with owner_scope(schema):
        call_command(DjangoMigrate(), verbosity=verbosity, interactive=False)


def migrate_everything(say: Say, *, verbosity: int = 0) -> None:
    """Migrate public, then the template with its seeds, then every commune that is behind. Safe to repeat."""
    say("Gemeinsame Tabellen")
    migrate_schema(PUBLIC_SCHEMA, verbosity)
    grant_shared_tables()
    say("Vorlage")
    create_template()
    migrate_schema(TEMPLATE_SCHEMA, verbosity)
    seed_template()
    wanted = applied_migrations(TEMPLATE_SCHEMA)
    for commune in Commune.objects.all():
        if schema_exists(commune.schema_name) and applied_migrations(commune.schema_name) != wanted:
            say(commune.name)
            migrate_schema(commune.schema_name, verbosity)
            regrant(commune.schema_name)


def create_template() -> None:
    """Create the empty template schema if it is missing."""
    with owner_scope(PUBLIC_SCHEMA), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{TEMPLATE_SCHEMA}"')


def seed_template() -> None:
    """Run every room's seed inside the template, in one transaction."""
    with owner_scope(TEMPLATE_SCHEMA), transaction.atomic():
        for starter in starters():
            if starter.seed is not None:
                starter.seed()
