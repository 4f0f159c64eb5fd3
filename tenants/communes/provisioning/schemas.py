"""A schema for a commune: a spare one that is named, or a fresh clone."""

from __future__ import annotations

from django.db import connection, transaction

from tenants.communes.provisioning.clone import clone_template, hold_copy_of_template, hold_template
from tenants.communes.provisioning.spares import claim_spare
from tenants.communes.roles import quoted, role_of
from tenants.communes.scope import MAIN, PUBLIC_SCHEMA, owner_scope


def make_schema(target: str, *, cell: str = MAIN) -> int:
    """Make schema and role of one commune: claim a spare one, or clone the template. Returns its level.

    Part of the caller's transaction in the main cell; another cell commits by itself, and a schema that an earlier try
    left there is made anew. Raises TemplateError, and TemplateBusyError while a release changes the template.
    """
    if cell != MAIN:
        return _make_elsewhere(target, cell)
    level = hold_template()
    if not claim_spare(target, level=level):
        with owner_scope(PUBLIC_SCHEMA), transaction.atomic(savepoint=False):
            clone_template(target, level=level)
    return level


def _make_elsewhere(target: str, cell: str) -> int:
    with owner_scope(PUBLIC_SCHEMA, cell=cell), transaction.atomic():
        level = hold_copy_of_template()
        with connection.cursor() as cursor:
            cursor.execute(
                f"DROP SCHEMA IF EXISTS {quoted(target)} CASCADE; DROP ROLE IF EXISTS {quoted(role_of(target))}"
            )
        clone_template(target, level=level, cell=cell)
    return level
