"""A schema for a commune: a spare one that is named, or a fresh clone."""

from __future__ import annotations

from django.db import transaction

from tenants.communes.cells import MAIN
from tenants.communes.provisioning.clone import clone_template, hold_template, schema_exists
from tenants.communes.provisioning.spares import claim_spare
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope


def make_schema(target: str, *, cell: str = MAIN) -> int:
    """Make schema and role of one commune: claim a spare one, or clone the template. Returns its level.

    Part of the caller's transaction in the main cell; another cell commits by itself, and a schema that an earlier try
    left there is taken as it is. Raises TemplateError, also while the template is being changed.
    """
    level = hold_template()
    if cell == MAIN and claim_spare(target, level=level):
        return level
    with owner_scope(PUBLIC_SCHEMA, cell=cell), transaction.atomic(savepoint=False):
        if cell == MAIN or not schema_exists(target):
            clone_template(target, level=level, cell=cell)
    return level
