"""A commune moves to another PostgreSQL while it works: nothing is lost, doubled or written in the wrong place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from celery.exceptions import Retry
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path
from django.utils import timezone

from tenants.accounts.access import public
from tenants.accounts.models import User
from tenants.communes.cells.leaving import tidy_moves
from tenants.communes.cells.moving import move_commune, stream_of, unfinished_move
from tenants.communes.cells.servers import CellError
from tenants.communes.cells.window import close_for_writing, open_for_writing
from tenants.communes.lifecycle.removal import complete_removal
from tenants.communes.models import AuditEntry, Commune, Move
from tenants.communes.queries import find_commune
from tenants.communes.rollouts.locks import RELEASING, fleet_lock
from tenants.communes.scope import commune_scope, owner_scope
from tenants.communes.tasks import commune_task
from tests.servers.running import wait_until
from tests.tenants.communes.rollouts.commanding import failing_fleet_command

pytestmark = pytest.mark.commits


@public
def probe(request: HttpRequest) -> HttpResponse:
    """GET reads how many there are, POST adds the person of the given number."""
    if request.method == "POST":
        User.objects.create_user(f"{request.POST['number']}@probe.example", name="Probe")
    return HttpResponse(str(User.objects.filter(name="Probe").count()), content_type="text/plain")


@commune_task(ignore_result=True)
def write_one(number: int) -> None:
    User.objects.create_user(f"task-{number}@probe.example", name="Probe")


@pytest.fixture
def probe_view() -> Iterator[None]:
    """The view above on every portal, for the length of a test."""
    from rathausplatz.urls import portal

    made = path("probe/", probe)
    portal.urlpatterns.insert(0, made)
    clear_url_caches()
    yield
    portal.urlpatterns.remove(made)
    clear_url_caches()


def quiet(_text: str) -> None:
    """Say nothing."""


def portal(commune: Any) -> Client:
    return Client(headers={"host": commune.primary_host}, raise_request_exception=False)


def has_schema(admin: psycopg.Connection, schema: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone() is not None


def leftovers(*admins: psycopg.Connection) -> list[Any]:
    """What moves leave in servers and must not."""
    found: list[Any] = []
    for admin in admins:
        found += admin.execute("SELECT pubname FROM pg_publication WHERE pubname ~ 'move'").fetchall()
        found += admin.execute(
            "SELECT subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
            " WHERE d.datname = current_database() AND subname ~ 'move'"
        ).fetchall()
        found += admin.execute(
            "SELECT slot_name FROM pg_replication_slots WHERE database = current_database() AND slot_name ~ 'move'"
        ).fetchall()
    return found


def test_it_moves_there_and_back(jena: Any, east: str, main_admin: Any, east_admin: Any) -> None:
    with commune_scope(jena):
        User.objects.create_user("eins@jena.example", name="Eins")
    call_command("commune", "move", "jena", "--to", "main")
    moved = find_commune("jena").ref()
    assert (moved.cell, moved.read_only) == ("main", False)
    with commune_scope(moved):
        first = User.objects.get(email="eins@jena.example")
        second = User.objects.create_user("zwei@jena.example", name="Zwei")
        assert second.pk > first.pk
    assert has_schema(east_admin, "jena")  # kept for a day
    call_command("commune", "move", "jena", "--to", east, "--drop")
    with commune_scope(find_commune("jena").ref()):
        assert set(User.objects.values_list("name", flat=True)) >= {"Eins", "Zwei"}
        assert User.objects.create_user("drei@jena.example", name="Drei").pk > second.pk
    assert not has_schema(main_admin, "jena")
    assert leftovers(main_admin, east_admin) == []
    acts = AuditEntry.objects.filter(verb="commune.moved", target="jena")
    assert [(act.detail["from"], act.detail["to"]) for act in acts[:2]] == [("main", east), (east, "main")]


def test_nothing_is_lost_or_doubled_while_many_write(
    jena: Any, probe_view: None, main_admin: psycopg.Connection
) -> None:
    stop, written, refused, strange = threading.Event(), [], [], []

    def write(writer: int) -> None:
        client, number = portal(jena), 0
        while not stop.is_set():
            answer = client.post("/probe/", {"number": f"{writer}-{number}"})
            if answer.status_code == 200:
                written.append(f"{writer}-{number}@probe.example")
                number += 1
            elif answer.status_code == 503 and answer.headers["Retry-After"] == "5":
                refused.append(number)  # the same number comes again
            else:
                strange.append(answer.status_code)
            if client.get("/probe/").status_code != 200:
                strange.append("GET")
        connections.close_all()

    threads = [threading.Thread(target=write, args=[writer]) for writer in range(3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(written) > 20, what="writers are at work")
    move = move_commune(commune=find_commune("jena"), to="main", actor=None, say=quiet)
    count = len(written)
    wait_until(lambda: len(written) > count + 20, what="writers go on in the other cell")
    stop.set()
    for thread in threads:
        thread.join()
    assert strange == []
    assert move.step == Move.Step.DONE
    names = [row[0] for row in main_admin.execute("SELECT email FROM jena.accounts_user WHERE name = 'Probe'")]
    assert sorted(names) == sorted(written)


def test_in_the_window_pages_answer_and_nothing_is_written(jena: Any, probe_view: None, east_admin: Any) -> None:
    close_for_writing(schema="jena", cell="east", admin=east_admin)
    try:
        reading, writing = portal(jena).get("/probe/"), portal(jena).post("/probe/", {"number": "1"})
        assert (reading.status_code, reading.content) == (200, b"0")
        assert (writing.status_code, writing.headers["Retry-After"]) == (503, "5")
        assert "Wir arbeiten gerade am Portal" in writing.content.decode()
        with pytest.raises(Retry):
            write_one(schema="jena", number=1)
        with pytest.raises(DatabaseError, match="permission denied"), commune_scope(jena):
            User.objects.create_user("wer@probe.example", name="Probe")
    finally:
        open_for_writing(schema="jena", cell="east")
    assert portal(jena).post("/probe/", {"number": "1"}).content == b"1"
    write_one(schema="jena", number=1)


def test_who_began_before_the_window_is_refused_kindly(jena: Any, probe_view: None, east_admin: Any) -> None:
    from tenants.communes import hosts

    assert portal(jena).get("/probe/").status_code == 200
    remembered = dict(hosts._known)
    close_for_writing(schema="jena", cell="east", admin=east_admin)
    try:
        hosts._known.update(remembered)  # a process that has not heard of it yet
        assert portal(jena).post("/probe/", {"number": "1"}).status_code == 503
    finally:
        hosts.forget_hosts("")
        open_for_writing(schema="jena", cell="east")
    assert portal(jena).get("/probe/").content == b"0"


def test_the_window_waits_for_whoever_is_writing(jena: Any, east_admin: Any) -> None:
    holding, release, closed = threading.Event(), threading.Event(), threading.Event()

    def write() -> None:
        with commune_scope(jena):
            User.objects.create_user("langsam@probe.example", name="Probe")
            holding.set()
            release.wait(30)
        connections.close_all()

    def close() -> None:
        close_for_writing(schema="jena", cell="east", admin=east_admin)
        closed.set()
        connections.close_all()

    threads = [threading.Thread(target=work) for work in (write, close)]
    threads[0].start()
    assert holding.wait(10)
    threads[1].start()
    wait_until(lambda: Commune.objects.get(slug="jena").read_only, what="the commune is marked")
    assert not closed.wait(0.3)
    release.set()
    assert closed.wait(10)
    for thread in threads:
        thread.join()
    open_for_writing(schema="jena", cell="east")
    with commune_scope(jena):
        assert User.objects.filter(name="Probe").count() == 1


def when(beginning: str, act: Callable[[], Any]) -> Callable[[str], None]:
    """What the mover says, with `act` done when it says something that begins so."""

    def say(text: str) -> None:
        if text.startswith(beginning):
            act()

    return say


def test_a_copy_that_differs_is_never_switched_to(jena: Any, main_admin: Any, east_admin: Any) -> None:
    with commune_scope(jena):
        User.objects.create_user("eins@jena.example", name="Eins")
    say = when("Copied", lambda: main_admin.execute("UPDATE jena.accounts_user SET name = 'Null'"))
    with pytest.raises(CellError, match="The copy is not equal: accounts_user"):
        move_commune(commune=find_commune("jena"), to="main", actor=None, say=say)
    now = find_commune("jena").ref()
    assert (now.cell, now.read_only) == ("east", False)
    with commune_scope(now):
        assert User.objects.get(email="eins@jena.example").name == "Eins"
        User.objects.create_user("zwei@jena.example", name="Zwei")
    assert not has_schema(main_admin, "jena")
    assert leftovers(main_admin, east_admin) == []
    move = Move.objects.get(commune_id=jena.id)
    assert move.step == Move.Step.UNDONE
    assert "not equal" in move.problem


def test_a_schema_that_was_changed_meanwhile_is_not_switched_to(jena: Any, main_admin: Any, east_admin: Any) -> None:
    def change() -> None:
        with owner_scope("jena", jena), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE jena.accounts_user ADD COLUMN probe int")

    with pytest.raises(CellError, match="was changed while it was copied"):
        move_commune(commune=find_commune("jena"), to="main", actor=None, say=when("Copied", change))
    assert find_commune("jena").cell == "east"
    assert leftovers(main_admin, east_admin) == []


def test_what_fails_after_the_switch_never_takes_the_commune_from_its_new_cell(
    jena: Any, main_admin: Any, east_admin: Any
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move_commune(
            commune=find_commune("jena"), to="main", actor=None, say=when("Nothing could be written", interrupt)
        )
    moved = find_commune("jena")
    assert (moved.cell, moved.read_only) == ("main", False)
    with commune_scope(moved.ref()):
        User.objects.create_user("danach@jena.example", name="Danach")
    assert move_commune(commune=moved, to="main", actor=None, say=quiet).step == Move.Step.DONE
    assert leftovers(main_admin, east_admin) == []


REFUSED_SWITCH = """
CREATE FUNCTION public.refuse_switch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room'; END $$;
CREATE CONSTRAINT TRIGGER refuse_switch AFTER INSERT ON public.communes_auditentry DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.verb = 'commune.moved') EXECUTE FUNCTION public.refuse_switch()
"""


def test_a_switch_whose_commit_fails_leaves_the_commune_as_it_was(jena: Any, main_admin: Any, east_admin: Any) -> None:
    main_admin.execute(REFUSED_SWITCH)
    try:
        with pytest.raises(DatabaseError, match="no room"):
            move_commune(commune=find_commune("jena"), to="main", actor=None, say=quiet)
    finally:
        main_admin.execute("DROP FUNCTION public.refuse_switch() CASCADE")
    now = find_commune("jena")
    assert (now.cell, now.read_only) == ("east", False)
    with commune_scope(now.ref()):
        User.objects.create_user("weiter@jena.example", name="Weiter")
    assert leftovers(main_admin, east_admin) == []
    assert Move.objects.get(commune_id=jena.id).step == Move.Step.UNDONE


def test_a_move_does_not_end_while_a_release_is_rolled_out(
    jena: Any, main_admin: Any, east_admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.communes.cells.moving.ROLLOUT_WITHIN", 0.1)
    with fleet_lock(RELEASING), pytest.raises(CellError, match="has the fleet: rathausplatz fleet migrate"):
        move_commune(commune=find_commune("jena"), to="main", actor=None, say=quiet)
    now = find_commune("jena").ref()
    assert (now.cell, now.read_only) == ("east", False)
    assert leftovers(main_admin, east_admin) == []
    assert move_commune(commune=find_commune("jena"), to="main", actor=None, say=quiet).step == Move.Step.DONE


def test_no_release_is_rolled_out_in_the_last_moment_of_a_move(jena: Any) -> None:
    holding, release = threading.Event(), threading.Event()

    def write() -> None:
        with commune_scope(jena):
            User.objects.create_user("langsam@probe.example", name="Probe")
            holding.set()
            release.wait(30)
        connections.close_all()

    writer = threading.Thread(target=write)

    def begin_writing() -> None:
        writer.start()
        assert holding.wait(10)

    def move() -> None:
        move_commune(commune=find_commune("jena"), to="main", actor=None, say=when("Copied", begin_writing))
        connections.close_all()

    mover = threading.Thread(target=move)
    mover.start()
    wait_until(lambda: Commune.objects.get(slug="jena").read_only, what="the commune is marked")
    _said, sentence = failing_fleet_command("migrate")
    assert "Another run has the fleet: move of jena" in sentence
    release.set()
    for thread in (writer, mover):
        thread.join()
    moved = find_commune("jena").ref()
    assert moved.cell == "main"
    with commune_scope(moved):
        assert User.objects.filter(name="Probe").count() == 1


def test_what_can_t_be_moved_is_refused_with_a_sentence(jena: Any, main_admin: Any) -> None:
    for to, sentence in (
        ("east", "is in the cell 'east' already"),
        ("west", r"name it in CELL_URLS \(west=postgresql://"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("commune", "move", "jena", "--to", to)
    with pytest.raises(CommandError, match="No move of Jena to take back"):
        call_command("commune", "move", "jena", "--undo")
    main_admin.execute("CREATE SCHEMA jena")
    try:
        with pytest.raises(CommandError, match="has a schema 'jena' that no move of ours left there"):
            call_command("commune", "move", "jena", "--to", "main")
    finally:
        main_admin.execute("DROP SCHEMA jena")
    Commune.objects.filter(slug="jena").update(state="provisioning")
    with pytest.raises(CommandError, match="is 'provisioning' and can't be moved"):
        call_command("commune", "move", "jena", "--to", "main")
    assert not Move.objects.filter(commune_id=jena.id).exists()


def test_two_processes_never_move_the_same_commune(jena: Any, main_admin: Any) -> None:
    main_admin.execute("SELECT pg_advisory_lock(hashtextextended('rathausplatz.move.jena', 0))")
    try:
        with pytest.raises(CellError, match="is being moved by another process"):
            move_commune(commune=find_commune("jena"), to="main", actor=None, say=quiet)
    finally:
        main_admin.execute("SELECT pg_advisory_unlock_all()")


def test_an_old_copy_is_dropped_when_its_time_has_come_and_never_the_commune_itself(
    jena: Any, east_admin: Any, main_admin: Any
) -> None:
    move = move_commune(commune=find_commune("jena"), to="main", actor=None, say=quiet)
    assert tidy_moves() == 0
    assert has_schema(east_admin, "jena")
    Move.objects.filter(pk=move.pk).update(kept_until=timezone.now() - timedelta(minutes=1))
    # come back, by another way than a move: its schema in `east` is its own again
    Commune.objects.filter(pk=jena.id).update(cell="east")
    tidy_moves()
    assert has_schema(east_admin, "jena")
    Commune.objects.filter(pk=jena.id).update(cell="main")
    tidy_moves()
    assert not has_schema(east_admin, "jena")
    assert portal(find_commune("jena").ref()).get("/").status_code == 200


def test_a_commune_whose_move_died_can_write_again(jena: Any, east_admin: Any) -> None:
    move = Move.objects.create(commune_id=jena.id, source="east", target="main", step=Move.Step.FROZEN)
    close_for_writing(schema="jena", cell="east", admin=east_admin)
    assert tidy_moves() == 1
    with commune_scope(find_commune("jena").ref()):
        User.objects.create_user("wieder@jena.example", name="Wieder")
    assert not find_commune("jena").read_only
    # its subscription is missing: the next call begins the copy anew
    done = move_commune(commune=find_commune("jena"), to="main", actor=None, say=quiet)
    assert (done.pk, done.step) == (move.pk, Move.Step.DONE)
    assert unfinished_move(find_commune("jena")) is None
    assert stream_of(done).publisher == "east"
    with commune_scope(find_commune("jena").ref()), transaction.atomic():
        assert User.objects.filter(name="Wieder").exists()


def test_a_commune_of_another_cell_is_exported_and_removed_whole(
    jena: Any, main_admin: Any, east_admin: Any, tmp_path: Path
) -> None:
    with commune_scope(jena):
        User.objects.create_user("eins@jena.example", name="Eins")
    call_command("commune", "export", "jena", "--to", str(tmp_path / "jena.tar"))
    assert (tmp_path / "jena.tar").stat().st_size > 0
    move_commune(commune=find_commune("jena"), to="main", actor=None, say=quiet)
    move_commune(commune=find_commune("jena"), to="east", actor=None, say=quiet)
    assert has_schema(main_admin, "jena")  # the copy that the way back has left
    Commune.objects.filter(pk=jena.id).update(state="archived", removal_began_at=timezone.now())
    halfway = Move.objects.create(commune_id=jena.id, source="east", target="main")
    with pytest.raises(CellError, match="commune move jena --undo"):
        complete_removal(commune_id=jena.id)
    halfway.delete()
    complete_removal(commune_id=jena.id)
    assert not has_schema(main_admin, "jena")
    assert not has_schema(east_admin, "jena")
    assert Commune.objects.get(pk=jena.id).state == "deleted"
