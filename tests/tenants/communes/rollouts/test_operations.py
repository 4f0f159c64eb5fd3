"""What of a migration its SQL tells, and what Django has to repeat."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations, models
from django.db.migrations.migration import Migration

from tenants.communes.rollouts.operations import alone_in_sql


class Improved(migrations.AddField):
    """Might do anything."""


def field(name: str = "x", **options: Any) -> migrations.AddField:
    return migrations.AddField("idea", name, models.CharField(max_length=40, **options))


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (field(default="a"), True),
        (field(default=str), True),
        (field(default=uuid.uuid4), False),
        (migrations.AddField("idea", "x", models.DateTimeField(auto_now_add=True)), False),
        (migrations.RunSQL("SELECT 1"), True),
        (migrations.RunPython(migrations.RunPython.noop), True),
        (migrations.RunPython(lambda apps, editor: None), False),
        (migrations.SeparateDatabaseAndState([field()], [migrations.RunPython(print)]), True),
        (migrations.SeparateDatabaseAndState([migrations.RunPython(print)], []), False),
        (migrations.RenameModel("A", "B"), True),
        (Improved("idea", "x", models.CharField(max_length=40)), False),
        (BtreeGinExtension(), False),
    ],
)
def test_sql_tells_all_of_it(operation: Any, told: bool) -> None:
    migration = Migration("0001", "participation")
    migration.operations = [operation]
    assert alone_in_sql(migration) is told
