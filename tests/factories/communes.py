"""Communes for tests, made the way real ones are."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from tenants.communes.actions import CommuneOrder, request_commune
from tenants.communes.cells import cell_names
from tenants.communes.models import Commune
from tenants.communes.provisioning.steps import provision_commune
from tenants.communes.scope import owner_scope


def provision(official_name: str, **order: Any) -> Commune:
    """Request and provision a commune at once."""
    run = request_commune(order=CommuneOrder(official_name=official_name, **order), actor=None)
    return provision_commune(run_id=run.pk).commune


def remove(commune: Commune) -> None:
    """Take a committed commune away again, its schema and role in every cell included."""
    for cell in cell_names():
        with owner_scope("public", cell=cell), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'DROP SCHEMA IF EXISTS "{commune.schema_name}" CASCADE')
            cursor.execute(f'DROP ROLE IF EXISTS "{commune.role}"')
    Commune.objects.filter(pk=commune.pk).delete()
