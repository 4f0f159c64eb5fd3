"""A commune is cloned from the template: equal to it, apart from it, and made whole or completed."""

from __future__ import annotations

import re
import threading
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg import sql

from services.definitions.queries import DefinitionNotFound
from tenants.accounts.models import User
from tenants.communes.actions import CommuneOrder, request_commune
from tenants.communes.models import AuditEntry, Commune, CommuneState, ProvisioningRun, SpareSchema
from tenants.communes.provisioning.clone import (
    TEMPLATE_LOCK,
    TEMPLATE_SCHEMA,
    Catalogue,
    read_catalogue,
    schema_exists,
)
from tenants.communes.provisioning.schemas import make_schema
from tenants.communes.provisioning.spares import drop_spares, keep_spares
from tenants.communes.provisioning.steps import BeingMadeError, provision_commune, step_names
from tenants.communes.provisioning.tasks import PICKED_UP_WITHIN, provision_waiting
from tenants.communes.queries import find_commune
from tenants.communes.rollouts.structure import differences
from tenants.communes.scope import commune_scope, owner_scope
from tests.factories.communes import provision, remove
from tests.servers.running import wait_until


def without_schema(catalogue: Catalogue) -> Any:
    """A catalogue with its schema's name taken out of every definition."""

    def plain(text: str) -> str:
        # PostgreSQL writes the casts of a re-read CHECK elsewhere; where they stand says nothing
        return re.sub(r"::(character varying|text)(\[\])?|[()]", "", text.replace(f"{catalogue.schema}.", ""))

    constraints = {
        table: [(c.name, c.kind, plain(c.definition), c.target) for c in found]
        for table, found in catalogue.constraints.items()
    }
    return catalogue.columns, constraints, sorted(plain(index) for index in catalogue.indexes)


def test_a_clone_has_exactly_the_template_s_tables_constraints_and_indexes(gera: Any) -> None:
    with transaction.atomic():
        clone, template = (without_schema(read_catalogue(name)) for name in (gera.schema, TEMPLATE_SCHEMA))
    for made, wanted in zip(clone, template, strict=True):
        assert made == wanted


def test_a_clone_has_the_template_s_comments(db: None) -> None:
    said = {
        "TABLE {}.django_migrations": 'What commune_template.django_migrations says: 100 % it\'s \\ "so"',
        "COLUMN {}.accounts_user.email": "in small letters\nalways",
        "CONSTRAINT accounts_user_pkey ON {}.accounts_user": "the key",
        "INDEX {}.participation_idea_newest": "for the list",
        "SEQUENCE {}.django_migrations_id_seq": "counts",
    }
    with owner_scope(TEMPLATE_SCHEMA), connection.cursor() as cursor:
        for place, text in said.items():
            cursor.execute(sql.SQL(f"COMMENT ON {place.format(TEMPLATE_SCHEMA)} IS {{}}").format(text).as_string())
    make_schema("besprochen")
    clone, template = (read_catalogue(name).comments for name in ("besprochen", TEMPLATE_SCHEMA))
    assert clone == template
    assert sorted(comment.text for comment in clone) == sorted(said.values())
    assert differences("besprochen", TEMPLATE_SCHEMA) == []
    with owner_scope("besprochen"), connection.cursor() as cursor:
        cursor.execute("COMMENT ON COLUMN besprochen.accounts_user.email IS NULL")
    assert differences("besprochen", TEMPLATE_SCHEMA) == [
        "lacks comment on accounts_user.email: in small letters\nalways"
    ]


@pytest.mark.commits
def test_a_clone_has_exactly_the_template_s_rows(committing: None) -> None:
    with transaction.atomic():
        make_schema("reihenprobe")
        with owner_scope("public"), connection.cursor() as cursor:
            rows = {name: rows_of(cursor, name) for name in ("reihenprobe", TEMPLATE_SCHEMA)}
        transaction.set_rollback(True)
    assert rows["reihenprobe"] == rows[TEMPLATE_SCHEMA]
    seeded = {table for table, found in rows[TEMPLATE_SCHEMA].items() if found}
    assert {"django_migrations", "django_content_type", "auth_group", "wagtailcore_page", "themes_brand"} <= seeded


def rows_of(cursor: Any, schema: str) -> dict[str, list[str]]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f'SELECT t::text FROM "{schema}"."{table}" t ORDER BY 1')
        found[table] = [text for (text,) in cursor.fetchall()]
    return found


def test_a_clone_s_sequences_continue_where_the_template_s_stand(gera: Any) -> None:
    with owner_scope(gera.schema), connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {gera.schema}.django_migrations")
        highest = cursor.fetchone()[0]
        cursor.execute(f"SELECT nextval('{gera.schema}.django_migrations_id_seq')")
        assert cursor.fetchone()[0] == highest + 1


def test_a_commune_is_live_with_all_steps_done_and_an_audit_row(db: None) -> None:
    commune = provision("Hoyerswerda / Wojerecy, Stadt")
    run = commune.provisioning_runs.get()
    assert (commune.slug, commune.name) == ("hoyerswerda", "Hoyerswerda / Wojerecy")
    assert run.finished_steps == step_names()
    assert Commune.objects.get(pk=commune.pk).state == CommuneState.LIVE


def test_provisioning_twice_changes_nothing(db: None) -> None:
    commune = provision("Ellefeld")
    run = commune.provisioning_runs.get()
    again = provision_commune(run_id=run.pk)
    assert (again.state, again.attempts) == (ProvisioningRun.State.DONE, 1)


def test_an_interrupted_run_is_completed_by_the_next(db: None) -> None:
    run = request_commune(order=CommuneOrder(official_name="Göda / Hodźij", bundle=("unsinn",)), actor=None)
    with pytest.raises(DefinitionNotFound):
        provision_commune(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error.partition(":")[0]) == (ProvisioningRun.State.FAILED, "catalogue")
    assert Commune.objects.get(pk=run.commune_id).state == CommuneState.BROKEN
    assert not schema_exists(run.commune.schema_name)
    ProvisioningRun.objects.filter(pk=run.pk).update(brief=run.brief | {"bundle": []})
    assert provision_commune(run_id=run.pk).state == ProvisioningRun.State.DONE
    assert Commune.objects.get(pk=run.commune_id).state == CommuneState.LIVE


def test_the_command_goes_on_with_an_order_that_was_not_carried_out(db: None) -> None:
    run = request_commune(order=CommuneOrder(official_name="Göda / Hodźij", bundle=("unsinn",)), actor=None)
    for _time in range(2):
        with pytest.raises(CommandError, match=r"broke off.*DefinitionNotFound.*run the same command again"):
            call_command("commune", "create", "--name", "göda /  hodźij")
    ProvisioningRun.objects.filter(pk=run.pk).update(brief=run.brief | {"bundle": []})
    call_command("commune", "create", "--name", "göda / hodźij")
    assert Commune.objects.get(pk=run.commune_id).state == CommuneState.LIVE
    with pytest.raises(CommandError, match="ist schon aufgenommen"):
        call_command("commune", "create", "--name", "göda / hodźij")


def test_an_order_sent_twice_with_one_key_is_one_order(db: None) -> None:
    first, second = (
        request_commune(order=CommuneOrder(official_name="Zwickmühle"), actor=None, key="order-1") for _try in range(2)
    )
    assert first == second
    assert Commune.objects.filter(official_name="Zwickmühle").count() == 1


def test_one_order_sent_twice_at_once_is_one_order(committing: None, settings: Any) -> None:
    order = CommuneOrder(official_name="Zugleichhausen")
    second: list[ProvisioningRun] = []

    def send_again() -> None:
        second.append(request_commune(order=order, actor=None, key="order-2"))
        connection.close()

    thread = threading.Thread(target=send_again)
    with transaction.atomic():
        first = request_commune(order=order, actor=None, key="order-2")
        thread.start()
        with psycopg.connect(settings.DATABASE_URL, autocommit=True) as onlooker:
            waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"
            wait_until(lambda: onlooker.execute(waiting).fetchone() is not None, what="the second waits for the first")
    thread.join()
    assert second == [first]
    assert Commune.objects.filter(official_name="Zugleichhausen").count() == 1
    remove(first.commune)


def test_what_is_kept_of_an_error_quotes_no_rows(db: None, settings: Any) -> None:
    """The record can't be changed: a person's data must not get into it."""
    with owner_scope(TEMPLATE_SCHEMA), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user ADD CONSTRAINT nobody CHECK (email !~ 'geheim')")
    order = CommuneOrder(official_name="Schweigen", admin_email="geheim@schweigen.example")
    run = request_commune(order=order, actor=None)
    with pytest.raises(IntegrityError, match="geheim@schweigen"):
        provision_commune(run_id=run.pk)
    run.refresh_from_db()
    reason = AuditEntry.objects.get(verb="commune.broken", target=run.commune.schema_name).detail["reason"]
    assert run.error == reason
    assert "IntegrityError: new row for relation" in reason
    assert "geheim@" not in reason


def test_a_commune_is_made_in_few_round_trips(db: None) -> None:
    provision("Aufwärmen")
    run = request_commune(order=CommuneOrder(official_name="Kurzwege", admin_email="a@kurzwege.example"), actor=None)
    with CaptureQueriesContext(connection) as asked:
        provision_commune(run_id=run.pk)
    # the test's own transaction makes two savepoints of what would be BEGIN and COMMIT
    assert len(asked) <= 30 + 2, "\n".join(query["sql"][:90] for query in asked)


def test_a_spare_schema_is_claimed_in_few_round_trips(db: None, settings: Any) -> None:
    settings.SPARE_SCHEMAS = 1
    keep_spares()
    run = request_commune(order=CommuneOrder(official_name="Kurzwege", admin_email="a@kurzwege.example"), actor=None)
    with CaptureQueriesContext(connection) as asked:
        provision_commune(run_id=run.pk)
    assert not SpareSchema.objects.exists()
    assert len(asked) <= 30 + 2, "\n".join(query["sql"][:90] for query in asked)


def test_an_order_during_a_release_waits_for_its_end(committing: None, settings: Any) -> None:
    settings.SPARE_SCHEMAS = 1
    run = request_commune(order=CommuneOrder(official_name="Umbauzeit"), actor=None)
    ProvisioningRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - PICKED_UP_WITHIN * 2)
    with psycopg.connect(settings.DATABASE_URL) as release:
        release.execute("SELECT pg_advisory_xact_lock(%s)", [TEMPLATE_LOCK])
        with pytest.raises(BeingMadeError, match="Try again when that is over"):
            provision_commune(run_id=run.pk)
        assert provision_waiting() == 0
        run.refresh_from_db()
        assert (run.state, run.error, run.commune.state) == (ProvisioningRun.State.WAITING, "", CommuneState.REQUESTED)
    assert provision_waiting() == 1
    assert drop_spares() == 1
    remove(Commune.objects.get(official_name="Umbauzeit"))


def test_two_processes_at_once_make_one_commune(committing: None) -> None:
    run = request_commune(order=CommuneOrder(official_name="Gleichzeitig"), actor=None)
    said: list[str] = []
    start = threading.Barrier(2)

    def make() -> None:
        start.wait()
        try:
            said.append(provision_commune(run_id=run.pk).state)
        except BeingMadeError:
            said.append("busy")
        connection.close()

    threads = [threading.Thread(target=make) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert "done" in said
    assert set(said) <= {"done", "busy"}
    assert (run.state, run.attempts) == (ProvisioningRun.State.DONE, 1)
    remove(run.commune)


@pytest.mark.commits
def test_an_order_is_carried_out_though_somebody_looks_at_it_at_that_moment(committing: None, settings: Any) -> None:
    run = request_commune(order=CommuneOrder(official_name="Augenblick"), actor=None)
    states: list[str] = []

    def make() -> None:
        try:
            states.append(provision_commune(run_id=run.pk).state)
        except BeingMadeError:
            states.append("left to the schedule")
        finally:
            connection.close()

    maker = threading.Thread(target=make)
    with transaction.atomic():
        ProvisioningRun.objects.select_for_update().get(pk=run.pk)
        maker.start()
        pid = connection.connection.info.backend_pid
        wait_until(lambda: states or is_waited_for(settings.DATABASE_URL, pid), what="the row is waited for")
    maker.join()
    assert states == [ProvisioningRun.State.DONE]
    remove(Commune.objects.get(official_name="Augenblick"))


def is_waited_for(url: str, pid: int) -> bool:
    """Whether another process waits for what a backend of PostgreSQL holds."""
    with psycopg.connect(url) as other:
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND %s = ANY(pg_blocking_pids(pid))"
        return other.execute(waiting, [pid]).fetchone() is not None


@pytest.mark.commits
def test_a_spare_schema_is_claimed_by_name_and_equals_a_clone(committing: None, settings: Any) -> None:
    settings.SPARE_SCHEMAS = 1
    assert keep_spares() == 1
    assert keep_spares() == 0
    spare = SpareSchema.objects.get().schema_name
    commune = provision("Ersatzdorf")
    assert SpareSchema.objects.count() == 0
    assert not schema_exists(spare)
    with transaction.atomic():
        claimed, template = (without_schema(read_catalogue(n)) for n in (commune.schema_name, TEMPLATE_SCHEMA))
    assert claimed == template
    with commune_scope(find_commune("ersatzdorf").ref()):
        assert User.objects.count() == 0
    remove(commune)


@pytest.mark.commits
def test_what_nobody_picked_up_is_made_by_the_schedule(committing: None) -> None:
    run = request_commune(order=CommuneOrder(official_name="Liegengeblieben"), actor=None)
    ProvisioningRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - PICKED_UP_WITHIN * 2)
    assert provision_waiting() == 1
    run.refresh_from_db()
    assert run.state == ProvisioningRun.State.DONE
    remove(run.commune)


def test_a_name_that_is_taken_is_refused_with_a_sentence(gera: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        request_commune(order=CommuneOrder(official_name="gera, stadt", slug="gera-zwei"), actor=None)
    assert "ist schon aufgenommen" in refused.value.messages[0]


def test_a_namesake_is_taken_on_by_its_regional_key(db: None) -> None:
    first = provision("Neukirchen", ars="010000000001", postcode="25927")
    with pytest.raises(ValidationError, match="geben Sie ihren Regionalschlüssel an"):
        request_commune(order=CommuneOrder(official_name="Neukirchen"), actor=None)
    second = provision("Neukirchen", ars="010000000002", postcode="34626")
    assert first.slug != second.slug
    with pytest.raises(ValidationError, match="Diese Kommune ist schon aufgenommen"):
        request_commune(order=CommuneOrder(official_name="Neukirchen", ars="010000000002"), actor=None)


def test_a_slug_that_is_taken_or_reserved_is_refused(gera: Any) -> None:
    for slug, sentence in (("gera", "schon vergeben"), ("console", "reserviert"), ("Ge ra", "Kleinbuchstaben")):
        with pytest.raises(ValidationError, match=sentence):
            request_commune(order=CommuneOrder(official_name="Neustadt", slug=slug), actor=None)
