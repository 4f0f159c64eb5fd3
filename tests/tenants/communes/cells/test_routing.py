"""A commune of another cell is served from that cell's PostgreSQL, by code that knows nothing of cells."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from tenants.accounts.models import User
from tenants.communes.backend.base import WrongCellError
from tenants.communes.cells import UnknownCellError
from tenants.communes.invalidation import announce, watch
from tenants.communes.models import Commune
from tenants.communes.roles import role_of
from tenants.communes.scope import commune_scope, only_named, owner_scope, public_scope
from tenants.communes.tasks import commune_task
from tests.settings import APP_LOGIN, OWNER_LOGIN

pytestmark = pytest.mark.commits


def has_schema(admin: psycopg.Connection, schema: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone() is not None


def where_am_i() -> tuple[str, str, str]:
    """Database, schema and role, as PostgreSQL sees them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_schema(), current_user")
        found: tuple[str, str, str] = cursor.fetchone()
        return found


def fail_after(act: Callable[[], Any]) -> None:
    act()
    raise LookupError


@commune_task(ignore_result=True)
def look_around() -> tuple[str, str, str]:
    return where_am_i()


@pytest.fixture
def places(jena: Any, gera: Any, main_admin: Any, east_admin: Any) -> dict[str, tuple[str, str, str]]:
    """Where code is when it works for one of the two communes."""
    return {
        "jena": (east_admin.info.dbname, "jena", role_of("jena")),
        "gera": (main_admin.info.dbname, "gera", role_of("gera")),
    }


def test_its_data_is_in_the_second_server_and_not_in_the_first(
    jena: Any, main_admin: psycopg.Connection, east_admin: psycopg.Connection
) -> None:
    assert has_schema(east_admin, jena.schema)
    assert not has_schema(main_admin, jena.schema)
    with commune_scope(jena):
        User.objects.create_user("marta@jena.example", name="Marta")
    found = east_admin.execute("SELECT name FROM jena.accounts_user WHERE email = 'marta@jena.example'").fetchone()
    assert found == ("Marta",)


def test_the_same_pages_answer_from_both_cells(jena: Any, gera: Any) -> None:
    for path in ("/", "/anliegen/", "/suche/?q=Parkausweis", "/konto/anmelden/", "/sitemap.xml"):
        pages = [Client(headers={"host": commune.primary_host}).get(path) for commune in (jena, gera)]
        assert [page.status_code for page in pages] == [200, 200], path
    home = Client(headers={"host": jena.primary_host}).get("/").content.decode()
    assert "Jena" in home
    assert "Gera" not in home


def test_scopes_nest_from_one_server_to_the_other_and_back(jena: Any, gera: Any, places: Any) -> None:
    with commune_scope(gera):
        assert where_am_i() == places["gera"]
        with commune_scope(jena):
            assert where_am_i() == places["jena"]
            with public_scope():
                assert Commune.objects.filter(slug="jena").exists()
                with commune_scope(gera):
                    assert where_am_i() == places["gera"]
            assert where_am_i() == places["jena"]
        assert where_am_i() == places["gera"]
    assert not connection.in_atomic_block


def test_an_exception_rolls_back_in_its_own_server_and_leads_back(jena: Any, gera: Any, places: Any) -> None:
    with commune_scope(gera):
        with pytest.raises(LookupError), commune_scope(jena):
            fail_after(lambda: User.objects.create_user("niemand@jena.example", name="Niemand"))
        assert where_am_i() == places["gera"]
        with pytest.raises(DatabaseError), commune_scope(jena):
            connection.cursor().execute("SELECT 1/0")
        assert where_am_i() == places["gera"]
    with commune_scope(jena):
        assert not User.objects.filter(email="niemand@jena.example").exists()


def test_what_follows_the_commit_works_in_the_commune_s_server(jena: Any, places: Any) -> None:
    seen: list[Any] = []

    def afterwards() -> None:
        with transaction.atomic():
            seen.append(where_am_i())

    with commune_scope(jena):
        transaction.on_commit(afterwards)
        assert seen == []
    assert seen == [places["jena"]]


def test_a_task_and_a_command_work_in_the_commune_s_server(jena: Any, places: Any, capsys: Any) -> None:
    assert look_around(schema="jena") == places["jena"]
    assert look_around(schema="gera") == places["gera"]
    call_command("commune", "show", "jena")
    assert "east" in capsys.readouterr().out


def test_threads_work_in_two_servers_at_once(jena: Any, gera: Any, places: Any) -> None:
    wrong: list[Any] = []
    start = threading.Barrier(6)

    def work(number: int) -> None:
        start.wait()
        for turn in range(20):
            outer, inner = (jena, gera) if (number + turn) % 2 else (gera, jena)
            with commune_scope(outer):
                with commune_scope(inner):
                    found = [where_am_i()]
                found += [where_am_i()]
            if found != [places[inner.schema], places[outer.schema]]:
                wrong.append(found)
        connections.close_all()

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_async_code_follows_its_own_scope_however_it_interleaves(jena: Any, gera: Any, places: Any) -> None:
    def ask() -> Any:
        with transaction.atomic():
            found = where_am_i()
        connections.close_all()
        return found

    async def visit(commune: Any) -> Any:
        with only_named(commune):
            return commune.schema, await sync_to_async(ask, thread_sensitive=False)(), await sync_to_async(ask)()

    async def all_at_once() -> Any:
        return await asyncio.gather(*(visit(commune) for commune in [jena, gera] * 8))

    for schema, *found in asyncio.run(all_at_once()):
        assert found == [places[schema]] * 2


def test_a_cursor_is_refused_in_the_scope_of_another_cell(jena: Any, gera: Any) -> None:
    with commune_scope(gera):
        kept = connection.cursor()
        with (
            pytest.raises(WrongCellError, match="'default', but the code works in the cell 'east'"),
            commune_scope(jena),
        ):
            kept.execute("SELECT 1")
    with pytest.raises(WrongCellError):
        User.objects.using("cell_east").count()


def test_the_owner_and_the_platform_reach_the_cell_too(jena: Any, places: Any) -> None:
    with owner_scope("jena", jena):
        assert where_am_i()[:2] == places["jena"][:2]
    with public_scope(cell="east"):
        assert where_am_i()[:2] == (places["jena"][0], "public")
        with pytest.raises(DatabaseError, match="does not exist"):
            Commune.objects.count()


def test_the_application_s_own_login_serves_both_cells_and_owns_nothing(jena: Any, gera: Any, places: Any) -> None:
    there = {alias: connections[alias].settings_dict for alias in ("default", "cell_east")}
    connections.close_all()
    for options in there.values():
        options["USER"] = APP_LOGIN
    try:
        for commune in (jena, gera):
            with commune_scope(commune):
                assert where_am_i() == places[commune.schema]
            with (
                pytest.raises(DatabaseError, match="permission denied to set role"),
                owner_scope(commune.schema, commune),
            ):
                where_am_i()
    finally:
        connections.close_all()
        for options in there.values():
            options["USER"] = OWNER_LOGIN


def test_a_change_in_another_cell_is_heard_everywhere_after_its_commit(
    jena: Any, main_admin: psycopg.Connection
) -> None:
    heard: list[str] = []
    watch("cells-test")(heard.append)
    main_admin.execute("LISTEN rathausplatz")
    with commune_scope(jena):
        announce("cells-test", "jena")
        assert heard == []
    assert heard == ["jena"]
    told = [note.payload for note in main_admin.notifies(timeout=10, stop_after=1)]
    assert told == ["cells-test:jena"]
    with pytest.raises(LookupError), commune_scope(jena):
        fail_after(lambda: announce("cells-test", "jena"))
    assert heard == ["jena"]


def test_without_the_cell_s_address_there_is_maintenance_and_never_other_data(
    jena: Any, main_admin: psycopg.Connection
) -> None:
    from django.conf import settings

    # a schema of that name in the main server, as a move leaves it
    main_admin.execute("CREATE SCHEMA jena")
    address = settings.CELLS.pop("east")
    try:
        answer = Client(headers={"host": jena.primary_host}).get("/")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "in wenigen Minuten wieder da" in answer.content.decode()
        with pytest.raises(UnknownCellError, match=r"CELL_URLS \(east=postgresql://"), commune_scope(jena):
            User.objects.count()
    finally:
        settings.CELLS["east"] = address
        main_admin.execute("DROP SCHEMA jena")


def test_a_cell_out_of_reach_leaves_the_others_alone(jena: Any, gera: Any) -> None:
    there = connections["cell_east"].settings_dict
    connections["cell_east"].close()
    known, there["HOST"] = there["HOST"], "/nowhere"
    try:
        assert Client(headers={"host": jena.primary_host}).get("/").status_code == 503
        assert Client(headers={"host": gera.primary_host}).get("/").status_code == 200
    finally:
        there["HOST"] = known
    assert Client(headers={"host": jena.primary_host}).get("/").status_code == 200
