"""A move that goes wrong, meets a release or can't begin: the commune works where it was, or where it is by then."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections

from tenants.accounts.models import User
from tenants.communes.cells.moving import move_commune
from tenants.communes.cells.servers import CellError
from tenants.communes.models import Commune, Move
from tenants.communes.queries import find_commune
from tenants.communes.rollouts.locks import RELEASING, fleet_lock
from tenants.communes.scope import commune_scope, owner_scope
from tests.servers.running import wait_until
from tests.tenants.communes.cells.moves import SlowWriter, has_schema, leftovers, quiet, when
from tests.tenants.communes.rollouts.commanding import failing_fleet_command

pytestmark = pytest.mark.commits


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
    writer = SlowWriter(jena)

    def move() -> None:
        move_commune(commune=find_commune("jena"), to="main", actor=None, say=when("Copied", writer.begin))
        connections.close_all()

    mover = threading.Thread(target=move)
    mover.start()
    wait_until(lambda: Commune.objects.get(slug="jena").read_only, what="the commune is marked")
    _said, sentence = failing_fleet_command("migrate")
    assert "Another run has the fleet: move of jena" in sentence
    writer.let_go()
    mover.join()
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
