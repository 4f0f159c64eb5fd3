"""A web process meets a commune that is behind with a friendly page, one that is ahead as usual."""

from __future__ import annotations

import re
from typing import Any

import pytest
from celery.exceptions import Retry
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.communes.models import Commune, Release
from tenants.communes.tasks import commune_task
from tests.tenants.communes.rollouts.commanding import fleet_command
from tests.tenants.communes.rollouts.releases import ONE_COLUMN_ONE_TABLE, MigrationFolder
from themes.tokens import BrandTokens


def visit(host: str, path: str = "/healthz") -> Any:
    """What somebody gets at a host."""
    return Client(headers={"host": host}).get(path)


def test_a_commune_that_is_behind_shows_the_maintenance_page_until_its_turn(
    fleet: str, migrations: MigrationFolder
) -> None:
    assert visit("aue.localhost").status_code == 200
    migrations.add(ONE_COLUMN_ONE_TABLE)
    fleet_command("migrate", "--name", "brehna")
    with CaptureQueriesContext(connection) as queries:
        answer = visit("aue.localhost")
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "60", "no-store")
    assert "Wir arbeiten gerade am Portal" in answer.content.decode()
    assert not [query["sql"] for query in queries if '"aue"' in query["sql"]]
    assert visit("brehna.localhost").status_code == 200
    fleet_command("migrate")
    assert visit("aue.localhost").status_code == 200


def test_the_page_has_the_commune_s_look_and_the_visitor_s_language(fleet: str, migrations: MigrationFolder) -> None:
    tokens = BrandTokens(accent="#7a1f3d").to_dict()
    Commune.objects.filter(slug="aue").update(brand=tokens)
    migrations.add(ONE_COLUMN_ONE_TABLE)
    fleet_command("migrate", "--name", "brehna")
    page = visit("aue.localhost", "/en/")
    assert page.status_code == 503
    assert "back in a few minutes" in page.content.decode()
    [stylesheet] = re.findall(r'href="(/brand\.[^"]+\.css)"', page.content.decode())
    answer = visit("aue.localhost", stylesheet)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "#7a1f3d" in answer.content.decode()


def test_before_the_template_is_migrated_nothing_is_touched_and_the_process_is_not_ready(
    fleet: str, migrations: MigrationFolder
) -> None:
    assert visit("localhost", "/readyz").status_code == 200
    migrations.add(ONE_COLUMN_ONE_TABLE)
    for host in ("aue.localhost", "console.localhost"):
        with CaptureQueriesContext(connection) as queries:
            assert visit(host, "/").status_code == 503
        assert not [query["sql"] for query in queries if "communes_domain" in query["sql"]]
    answer = visit("localhost", "/readyz")
    assert answer.status_code == 503
    assert "run `rathausplatz fleet migrate`" in answer.content.decode()
    fleet_command("migrate")
    assert visit("localhost", "/readyz").status_code == 200


def test_code_of_the_release_before_serves_communes_that_are_ahead(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(ONE_COLUMN_ONE_TABLE)
    fleet_command("migrate")
    migrations.take_back()
    assert visit("aue.localhost").status_code == 200


def test_a_task_waits_until_its_commune_is_there(fleet: str, migrations: MigrationFolder) -> None:
    seen = []

    @commune_task()
    def look(*, what: str) -> None:
        seen.append(what)

    Release.objects.update(codes=[])
    migrations.add(ONE_COLUMN_ONE_TABLE)
    with pytest.raises(Retry):
        look(schema="aue", what="waits")
    fleet_command("migrate")
    look(schema="aue", what="goes on")
    assert seen == ["goes on"]


def test_a_command_for_a_commune_that_is_behind_says_what_to_do(fleet: str, migrations: MigrationFolder) -> None:
    migrations.add(ONE_COLUMN_ONE_TABLE)
    with pytest.raises(CommandError, match="run `rathausplatz fleet migrate` first"):
        call_command("commune_shell", "--tenant", "aue")
