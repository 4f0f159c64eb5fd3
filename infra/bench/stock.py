"""django-tenants' own ways to a new schema, in a process of their own, as the database's administrator.

Nothing of ours is in the way: its backend, its router, its executor, its function in the server, and no role is set.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import psycopg
from psycopg import sql

from infra.bench.site import ROOT

SCHEMA = "stock_{way}_{number}"


def migrate_schemas(times: int) -> list[float]:
    """Seconds that `migrate_schemas` takes for each of some new, empty schemas."""
    return _measured("migrate", times)


def clone_schema(times: int) -> list[float]:
    """Seconds that `CloneSchema.clone_schema` takes for each of some clones of the template, rows included."""
    return _measured("clone", times)


def _measured(way: str, times: int) -> list[float]:
    schemas = [SCHEMA.format(way=way, number=number) for number in range(times + 1)]
    _drop(schemas)
    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "infra.bench.stock_settings",
        "DATABASE_URL": os.environ["DATABASE_ADMIN_URL"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    program = [sys.executable, "-m", "infra.bench.stock", way, *schemas]
    done = subprocess.run(program, env=environ, cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    _drop(schemas)
    if done.returncode:
        raise SystemExit(f"django-tenants' {way} failed: {done.stderr[-2000:]}")
    # the first also imports, so it isn't counted
    return [float(seconds) for seconds in json.loads(done.stdout.splitlines()[-1])][1:]


def _drop(schemas: list[str]) -> None:
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as admin:
        for schema in schemas:
            admin.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def _migrate(schema: str) -> None:
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')
    call_command("migrate_schemas", schema_name=schema, tenant=True, verbosity=0)


def _clone(schema: str) -> None:
    """`CloneSchema.clone_schema`, but for the option NOACL.

    With rights on sequences in the template its function fails: it looks for them by names that it made up anew.
    """
    from django.db import connection
    from django_tenants.clone import CloneSchema

    from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA

    CloneSchema()._create_clone_schema_function()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clone_schema(%s, %s, 'DATA', 'NOACL')", [TEMPLATE_SCHEMA, schema])


def main(way: str, schemas: list[str]) -> None:
    """Make the schemas one after another and write the seconds of each."""
    import django

    django.setup()
    seconds = []
    for schema in schemas:
        began = time.perf_counter()
        {"migrate": _migrate, "clone": _clone}[way](schema)
        seconds.append(time.perf_counter() - began)
    sys.stdout.write(json.dumps(seconds) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
