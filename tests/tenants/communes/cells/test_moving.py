"""A commune moves to another PostgreSQL while it works: nothing is lost, doubled or written in the wrong place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from celery.exceptions import Retry
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
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
from tenants.communes.lifecycle.offboarding import archive_commune, begin_offboarding
from tenants.communes.lifecycle.removal import complete_removal
from tenants.communes.models import AuditEntry, Commune, Move
from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope
from tenants.communes.tasks import commune_task
from tests.servers.running import wait_until
from tests.tenants.communes.cells.moves import SlowWriter, has_schema, leftovers, quiet

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


def portal(commune: Any) -> Client:
    return Client(headers={"host": commune.primary_host}, raise_request_exception=False)


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
    writer, closed = SlowWriter(jena), threading.Event()

    def close() -> None:
        close_for_writing(schema="jena", cell="east", admin=east_admin)
        closed.set()
        connections.close_all()

    closer = threading.Thread(target=close)
    writer.begin()
    closer.start()
    wait_until(lambda: Commune.objects.get(slug="jena").read_only, what="the commune is marked")
    assert not closed.wait(0.3)
    writer.let_go()
    assert closed.wait(10)
    closer.join()
    open_for_writing(schema="jena", cell="east")
    with commune_scope(jena):
        assert User.objects.filter(name="Probe").count() == 1


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
    begin_offboarding(commune=Commune.objects.get(pk=jena.id), actor=None, reason="-")
    archive_commune(commune=Commune.objects.get(pk=jena.id), actor=None)
    Commune.objects.filter(pk=jena.id).update(removal_began_at=timezone.now())
    halfway = Move.objects.create(commune_id=jena.id, source="east", target="main")
    with pytest.raises(CellError, match="commune move jena --undo"):
        complete_removal(commune_id=jena.id)
    halfway.delete()
    complete_removal(commune_id=jena.id)
    assert not has_schema(main_admin, "jena")
    assert not has_schema(east_admin, "jena")
    assert Commune.objects.get(pk=jena.id).state == "deleted"
