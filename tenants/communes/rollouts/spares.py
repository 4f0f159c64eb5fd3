"""Schemas cloned ahead of time, when the template has moved on: cheaper to make anew than to bring forward."""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

from tenants.communes.models import SpareSchema
from tenants.communes.roles import role_of
from tenants.communes.scope import owner_scope, public_scope


def drop_stale_spares(level: int) -> int:
    """Drop spare schemas below `level`; returns how many. One that is being claimed at the moment is left alone."""
    dropped = 0
    with public_scope():
        stale = list(SpareSchema.objects.filter(level__lt=level))
    for spare in stale:
        dropped += _drop(spare)
    return dropped


def _drop(spare: SpareSchema) -> bool:
    # the row first: who claims a spare locks it, and finds it gone or has it
    with public_scope(), transaction.atomic():
        if not SpareSchema.objects.select_for_update(skip_locked=True).filter(pk=spare.pk).exists():
            return False
        with owner_scope(spare.schema_name, cell=spare.cell), transaction.atomic(), connection.cursor() as cursor:
            names = {"schema": sql.Identifier(spare.schema_name), "role": sql.Identifier(role_of(spare.schema_name))}
            script = sql.SQL("DROP SCHEMA {schema} CASCADE; DROP ROLE IF EXISTS {role}").format(**names)
            cursor.execute(script.as_string(connection.connection))
        SpareSchema.objects.filter(pk=spare.pk).delete()
    return True
