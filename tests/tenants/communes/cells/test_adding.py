"""A PostgreSQL becomes a cell, gets what communes share, and takes the next commune when it is the emptiest."""

from __future__ import annotations

import io
import json
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from services.definitions.actions import publish_packages
from services.definitions.models import ServiceDefinition
from services.definitions.reading import Package, checksum_of
from tenants.communes.actions import CommuneOrder, request_commune
from tenants.communes.cells.adding import refresh_cell, shared_stream
from tenants.communes.cells.choice import communes_in_cells, least_loaded_cell
from tenants.communes.cells.streams import slot_in_use, wait_until_caught_up
from tenants.communes.fleet import count_since
from tenants.communes.models import Cell, Commune
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA, read_catalogue
from tenants.communes.scope import commune_scope, owner_scope, public_scope
from tests.factories.communes import provision, remove
from tests.settings import APP_LOGIN, OWNER_LOGIN

pytestmark = pytest.mark.commits


def said(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.fixture
def published(main_admin: psycopg.Connection) -> Any:
    """Publishes a definition on the main cell; gone afterwards, which only an administrator can do."""

    def publish(version: int) -> None:
        content = ServiceDefinition.objects.filter(key="bewohnerparkausweis").latest("version").content
        changed = content | {"title": f"Probeausweis {version}"}
        publish_packages(packages=[Package("probe", version, None, changed, checksum_of(changed))])

    yield publish
    main_admin.execute("SET session_replication_role = replica")
    main_admin.execute("DELETE FROM public.definitions_servicedefinition WHERE key = 'probe'")


def test_what_is_published_on_the_main_cell_reaches_the_others(east: str, jena: Any, published: Any) -> None:
    published(1)
    wait_until_caught_up(shared_stream(east))
    with commune_scope(jena):
        assert ServiceDefinition.objects.get(key="probe").content["title"] == "Probeausweis 1"
        assert ServiceDefinition.objects.filter(key="bewohnerparkausweis").exists()


def test_communes_read_the_shared_copies_and_nobody_writes_them(east: str, jena: Any) -> None:
    with commune_scope(jena):
        for statement in ("DELETE FROM public.definitions_servicedefinition", "SELECT * FROM public.communes_commune"):
            with pytest.raises(DatabaseError), transaction.atomic():
                connection.cursor().execute(statement)
    with public_scope(cell=east), pytest.raises(DatabaseError, match="permission denied"):
        connection.cursor().execute("DELETE FROM public.definitions_servicedefinition")


def test_adding_and_refreshing_again_change_nothing(east: str) -> None:
    before = (Cell.objects.get(name=east).template, slot_in_use(shared_stream(east)))
    assert said("cell", "refresh") == "1 cells are as the main one.\n"
    assert (Cell.objects.get(name=east).template, slot_in_use(shared_stream(east))) == before


def test_a_changed_template_reaches_the_cell_whole(east: str) -> None:
    with owner_scope(TEMPLATE_SCHEMA), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TEMPLATE_SCHEMA}.probe (id int PRIMARY KEY, word text NOT NULL)")
        cursor.execute(f"INSERT INTO {TEMPLATE_SCHEMA}.probe VALUES (1, 'neu')")
    try:
        assert "Template of east" in said("cell", "refresh", east)
        with owner_scope(TEMPLATE_SCHEMA, cell=east), connection.cursor() as cursor:
            cursor.execute(f"SELECT word FROM {TEMPLATE_SCHEMA}.probe")
            assert cursor.fetchall() == [("neu",)]
    finally:
        with owner_scope(TEMPLATE_SCHEMA), connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {TEMPLATE_SCHEMA}.probe")
    assert "Template of east" in said("cell", "refresh", east)
    here, there = read_catalogue(TEMPLATE_SCHEMA), read_catalogue(TEMPLATE_SCHEMA, cell=east)
    assert here.columns == there.columns
    names = [sorted(index.partition(" ON ")[0] for index in found.indexes) for found in (here, there)]
    assert names[0] == names[1]


def test_a_changed_shared_table_is_replaced_and_followed_further(
    east: str, jena: Any, published: Any, main_admin: psycopg.Connection
) -> None:
    table, said_so = "public.definitions_servicedefinition", []
    main_admin.execute(f"ALTER TABLE {table} ADD COLUMN probe int NOT NULL DEFAULT 7")
    try:
        published(2)  # the cell has no such column yet: what flows is held up, not lost
        refresh_cell(cell=Cell.objects.get(name=east), say=said_so.append)
        published(3)
        wait_until_caught_up(shared_stream(east))
        with commune_scope(jena), connection.cursor() as cursor:
            cursor.execute(f"SELECT version, probe FROM {table} WHERE key = 'probe' ORDER BY 1")
            assert cursor.fetchall() == [(2, 7), (3, 7)]
    finally:
        main_admin.execute(f"ALTER TABLE {table} DROP COLUMN probe")
        refresh_cell(cell=Cell.objects.get(name=east), say=said_so.append)
    assert said_so == ["Shared tables of east: definitions_servicedefinition"] * 2
    slots = main_admin.execute(
        "SELECT count(*) FROM pg_replication_slots WHERE starts_with(slot_name, %s)", [shared_stream(east).slots]
    ).fetchone()
    assert slots == (1,)


def test_the_list_shows_load_and_lag_and_cells_that_were_never_added(east: str, jena: Any) -> None:
    from django.conf import settings

    wait_until_caught_up(shared_stream(east))  # an earlier test may have made the stream anew
    settings.CELLS["west"] = "postgresql://nobody@127.0.0.1:1/west"
    try:
        rows = {row["name"]: row for row in json.loads(said("cell", "list", "--json"))}
        text = said("cell", "list")
    finally:
        del settings.CELLS["west"]
    assert (rows["east"]["communes"], rows["east"]["takes_new"], rows["east"]["problem"]) == (1, True, "")
    assert rows["main"]["communes"] == communes_in_cells()["main"]
    assert rows["east"]["lag"] is not None
    assert rows["west"] == {
        "name": "west",
        "communes": 0,
        "takes_new": False,
        "lag": None,
        "problem": "never added: rathausplatz cell add west",
    }
    assert "never added" in text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("main", "'main' is no name for a cell"),
        ("Nord-West", "'Nord-West' is no name for a cell"),
        ("west", r"name it in CELL_URLS \(west=postgresql://"),
    ],
)
def test_what_can_t_be_a_cell_is_refused_with_a_sentence(east: str, name: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("cell", "add", name)


def test_a_new_commune_is_made_in_the_emptiest_cell_that_takes_one(east: str, settings: Any) -> None:
    assert communes_in_cells()["main"] > 0
    assert least_loaded_cell() == east
    commune = provision("Weimar, Stadt", slug="weimar")
    try:
        assert commune.cell == east
        assert Client(headers={"host": "weimar.localhost"}).get("/").status_code == 200
    finally:
        remove(commune)
    settings.CELLS_CLOSED = [east]
    assert least_loaded_cell() == "main"
    settings.CELLS_CLOSED = ["main", east]
    with pytest.raises(Exception, match="No cell takes a new commune"):
        least_loaded_cell()


def test_of_equally_loaded_cells_the_main_one_is_taken(east: str) -> None:
    here = communes_in_cells()["main"]
    made = [provision(f"Gleichstand {number}", cell=east) for number in range(here)]
    try:
        assert communes_in_cells()[east] == here
        assert least_loaded_cell() == "main"
    finally:
        for commune in made:
            remove(commune)


def test_a_half_made_commune_of_another_cell_is_completed_by_the_next_run(east: str) -> None:
    from tenants.communes.provisioning.schemas import make_schema
    from tenants.communes.provisioning.steps import provision_commune

    run = request_commune(order=CommuneOrder(official_name="Apolda, Stadt", slug="apolda", cell=east), actor=None)
    make_schema(run.commune.schema_name, cell=east)  # committed there; the run in the main cell never was
    done = provision_commune(run_id=run.pk)
    try:
        assert (done.state, done.commune.state) == ("done", "live")
    finally:
        remove(done.commune)


def test_the_operator_s_figures_count_all_cells(east: str, jena: Any) -> None:
    from django.utils import timezone

    began = timezone.now()
    counted = count_since(table="cases_case", column="submitted_at", since=began)
    assert counted is not None
    assert (counted.all, counted.matching) == (0, 0)


def test_a_cell_is_given_up_when_no_commune_is_there_and_can_be_added_again(
    east: str, jena: Any, main_admin: psycopg.Connection
) -> None:
    with pytest.raises(CommandError, match="The cell 'east' holds 1 communes and 0 copies of moved ones"):
        call_command("cell", "remove", east)
    Commune.objects.filter(pk=jena.id).update(cell="main")
    try:
        for way in ([], ["--lost"]):
            said("cell", "remove", east, *way)
            slots = "SELECT 1 FROM pg_replication_slots WHERE starts_with(slot_name, %s)"
            assert main_admin.execute(slots, [shared_stream(east).slots]).fetchall() == []
            assert not Cell.objects.exists()
            said("cell", "add", east, "--app-login", APP_LOGIN, "--owner-login", OWNER_LOGIN)
    finally:
        Commune.objects.filter(pk=jena.id).update(cell=east)
    assert slot_in_use(shared_stream(east))
