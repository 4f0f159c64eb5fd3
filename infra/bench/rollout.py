"""What a release over the fleet costs, beside django-tenants' own runner on the same database.

Leaves the fleet at a release of the measurement's own (infra.bench.releases).
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from infra.bench.releases import Releases
from infra.bench.report import median, milliseconds, print_table
from infra.bench.site import ROOT

SAMPLE = 5
# {mark} tells it from the release of an earlier run on the same communes
OPERATIONS = """\
        migrations.AddField("idea", "colour_{mark}", models.CharField(max_length=20, db_default="blue")),
        migrations.CreateModel("Bench_{mark}", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=80, unique=True)),
            ("idea", models.ForeignKey("participation.idea", on_delete=models.CASCADE, related_name="+")),
        ]),
"""
# the same database with django-tenants' backend and router; its own schemas' owner does the work
THEIRS = """
import json, sys, time
from django.conf import settings
order = json.loads(sys.argv[1])
settings.MIGRATION_MODULES = order["modules"]
settings.DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
database = settings.DATABASES["default"]
database["ENGINE"] = "django_tenants.postgresql_backend"
database["OPTIONS"] = {"options": "-c role=" + order["owner"]}
import django
django.setup()
from django.core.management import call_command
for schema in order["schemas"]:
    began = time.perf_counter()
    call_command("migrate_schemas", schema_name=schema, tenant=True, verbosity=0)
    print(time.perf_counter() - began)
"""


class _Unwatched:
    """Nobody looks on."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def wave(self, number: int, waves: int, communes: int) -> None:
        """A wave begins."""

    def outcome(self, outcome: Any) -> None:
        """One commune is done."""
        self.seconds.append(outcome.seconds)


def measure_rollout(schemas: Sequence[str], releases: Releases, *, jobs: int = 2) -> dict[str, float]:
    """Measure a check without work and a release with one column and one table over communes that exist.

    `schemas` name the fleet; all of it is measured, and a few of them first by django-tenants. The release is the
    next of `releases`. Returns seconds:
    `noop`, `release` (the template included), `per_commune`, `theirs` (per commune), and the `ratio` of the two.
    """
    noop = median([_timed(jobs)[0] for _turn in range(3)])
    releases.add(OPERATIONS.format(mark=secrets.token_hex(3)))
    theirs = _theirs(list(schemas[: SAMPLE + 1]), releases)
    template = _template_seconds()
    seconds, communes = _timed(jobs)
    found = {
        "noop": noop,
        "template": template,
        "release": seconds + template,
        "per_commune": seconds / max(1, communes),
        "theirs": theirs,
    }
    found["ratio"] = theirs / found["per_commune"]
    report(found, fleet=len(schemas), moved=communes)
    return found


def report(found: dict[str, float], *, fleet: int, moved: int) -> None:
    """Print the two tables."""
    head = ["communes", "check without work", "release in all", "of it the template"]
    row = [fleet, f"{found['noop']:.2f} s", f"{found['release']:.2f} s", f"{found['template']:.2f} s"]
    print_table("A fleet: nothing to do, and a release with one column and one table", head, [row])
    head = [f"per commune ({moved})", f"migrate_schemas per commune (median of {SAMPLE})", "ratio"]
    row = [milliseconds(found["per_commune"]), milliseconds(found["theirs"]), f"{found['ratio']:.0f}"]
    print_table("The same release per commune", head, [row])


def _timed(jobs: int) -> tuple[float, int]:
    """Seconds of a whole `fleet migrate`, and how many communes it moved."""
    from tenants.communes.rollouts.migrating import Orders, migrate_fleet

    began = time.perf_counter()
    report = migrate_fleet(orders=Orders(jobs=jobs), watcher=_Unwatched(), say=lambda text: None)
    if report.failed:
        raise RuntimeError(report.failed[0].error)
    return time.perf_counter() - began, report.planned


def _template_seconds() -> float:
    from tenants.communes.rollouts.migrating import prepare_release

    began = time.perf_counter()
    prepare_release(lambda text: None)
    return time.perf_counter() - began


def _theirs(schemas: list[str], releases: Releases) -> float:
    """Seconds a commune of django-tenants' `migrate_schemas` for the same release, in a warm process.

    The first is left out: it imports. Its own backend, router and executor; no role is set anew for each statement.
    """
    from django.conf import settings

    from tenants.communes.isolation.grants import regrant
    from tenants.communes.roles import owner_role

    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "rathausplatz.settings",
        "DATABASE_URL": settings.DATABASE_URL,
        "PYTHONPATH": os.pathsep.join([str(releases.path), str(ROOT), str(ROOT / "platform")]),
    }
    order = json.dumps({"schemas": schemas, "modules": releases.modules(), "owner": owner_role()})
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", THEIRS, order], env=environ, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"migrate_schemas failed: {done.stderr[-2000:]}")
    for schema in schemas:
        regrant(schema)  # it knows nothing of rights on the new table
    return median([float(line) for line in done.stdout.split()][1:])
