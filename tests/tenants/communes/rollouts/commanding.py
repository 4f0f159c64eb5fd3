"""Running `rathausplatz fleet`, here and in processes of its own that can be killed; looking at what it did."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tenants.communes.models import Commune
from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope, owner_scope
from tests.settings import ROOT
from tests.tenants.communes.rollouts.releases import LABEL, MigrationFolder

# a process of its own, with the test's database, roles and migrations
_DRIVER = """
import json, sys
from django.conf import settings
for name, value in json.loads(sys.argv.pop(1)).items():
    setattr(settings, name, value)
import django
from django.core.management import execute_from_command_line
execute_from_command_line(["rathausplatz", *sys.argv[1:]])
"""


def fleet_command(*words: str) -> str:
    """What `rathausplatz fleet …` says. Raises CommandError as the command does."""
    said = io.StringIO()
    call_command("fleet", *words, stdout=said, stderr=said)
    return said.getvalue()


def failing_fleet_command(*words: str) -> tuple[str, str]:
    """What a run says that ends with an error, and the error's sentence."""
    said = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("fleet", *words, stdout=said, stderr=said)
    return said.getvalue(), str(refused.value)


def start_fleet_command(*words: str, migrations: MigrationFolder, log: Path) -> subprocess.Popen[bytes]:
    """`rathausplatz fleet …` in a process of its own, that sees the same database and migrations."""
    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "rathausplatz.settings",
        "DATABASE_URL": settings.DATABASE_URL,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform"), migrations.path]),
    }
    given = {
        "ROLE_PREFIX": settings.ROLE_PREFIX,
        "COMMUNE_ROLE_PREFIX": settings.COMMUNE_ROLE_PREFIX,
        "MIGRATION_MODULES": {LABEL: migrations.name},
    }
    command = [sys.executable, "-c", _DRIVER, json.dumps(given), "fleet", *words]
    with log.open("ab") as output:
        return subprocess.Popen(command, env=environ, stdout=output, stderr=output)


def rows_of(schema: str, query: str) -> list[Any]:
    """What a query finds in one schema, asked by its owner."""
    with owner_scope(schema), connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def as_owner(schema: str, *statements: str) -> None:
    """Change a schema behind everybody's back."""
    with owner_scope(schema), transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def write_down(slug: str, *texts: str) -> None:
    """Ideas of a commune, written as the commune."""
    from services.participation.models import Idea

    with commune_scope(find_commune(slug).ref()):
        for number, text in enumerate(texts):
            Idea.objects.create(text=text, email=f"person{number}@example.org", district="Mitte")


def levels() -> dict[str, int]:
    """The level that each commune's row names."""
    return dict(Commune.objects.order_by("slug").values_list("slug", "level"))
