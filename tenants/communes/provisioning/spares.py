"""Schemas cloned ahead of time, so that an ordered commune only has to be named. Main cell only."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import connection, transaction

from tenants.communes.models import SpareSchema
from tenants.communes.provisioning.clone import clone_template, hold_template
from tenants.communes.roles import quoted, role_of
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope, public_scope

# no commune's schema begins like this (naming.schema_for)
SPARE_PREFIX = "spare_"
# of no release: a spare of this level is never claimed, and dropped with those of old levels
OUTDATED = 0
# the oldest that nobody else is taking
_TAKE = """
DELETE FROM communes_spareschema WHERE schema_name = (
    SELECT schema_name FROM communes_spareschema WHERE level = %s ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING schema_name
"""


def claim_spare(target: str, *, level: int) -> bool:
    """Give a spare schema of this level the name `target`, its role too. False when there is none.

    Part of the caller's transaction: undone with it, the spare is a spare again.
    """
    if not settings.SPARE_SCHEMAS:
        return False
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [level])
        taken = cursor.fetchone()
    if taken is None:
        return False
    spare = str(taken[0])
    script = (
        f"ALTER SCHEMA {quoted(spare)} RENAME TO {quoted(target)};"
        f"ALTER ROLE {quoted(role_of(spare))} RENAME TO {quoted(role_of(target))}"
    )
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        cursor.execute(script)
    return True


def keep_spares(*, wanted: int | None = None) -> int:
    """Have as many spare schemas as SPARE_SCHEMAS says, all of the present level. Returns how many were made.

    Each is made in a transaction of its own. May run twice, also at once: one too many is claimed later. Raises
    TemplateBusyError while a release changes the template.
    """
    wanted, made = settings.SPARE_SCHEMAS if wanted is None else wanted, 0
    drop_spares(outdated_only=True)
    while SpareSchema.objects.count() < wanted:
        name = f"{SPARE_PREFIX}{secrets.token_hex(6)}"
        with public_scope(), transaction.atomic():
            level = hold_template()
            SpareSchema.objects.create(schema_name=name, level=level)
            with owner_scope(PUBLIC_SCHEMA):
                clone_template(name, level=level)
        made += 1
    return made


def outdate_spares() -> None:
    """Let no spare schema be claimed that is there now. Part of the caller's transaction, who holds the template."""
    with public_scope():
        SpareSchema.objects.update(level=OUTDATED)


def drop_spares(*, outdated_only: bool = False) -> int:
    """Drop spare schemas: all, or those that a release or new seeds have left behind. Returns how many.

    May run twice; what a killed run leaves is dropped by the next, and by the schedule (`keep_spares`).
    """
    dropped = 0
    with public_scope(), transaction.atomic():
        found = SpareSchema.objects.select_for_update(skip_locked=True)
        if outdated_only:
            found = found.exclude(level=hold_template())
        names = list(found.values_list("schema_name", flat=True))
    for name in names:
        with public_scope(), transaction.atomic():
            if SpareSchema.objects.filter(pk=name).delete()[0] == 0:
                continue
            with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA {quoted(name)} CASCADE; DROP ROLE {quoted(role_of(name))}")
        dropped += 1
    return dropped
