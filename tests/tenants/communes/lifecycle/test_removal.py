"""Deleting takes everything but the tombstone, the record and the final archive."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from tenants.communes.archives.actions import make_archive
from tenants.communes.lifecycle.offboarding import archive_commune, begin_offboarding, cancel_offboarding
from tenants.communes.lifecycle.removal import (
    NameMismatchError,
    RemovalStep,
    complete_removal,
    delete_commune,
    removal_steps,
    unfinished_removals,
)
from tenants.communes.limits import Limit, is_exceeded
from tenants.communes.models import Archive, AuditEntry, Commune, CommuneState, Count, Domain, ProvisioningRun
from tenants.communes.provisioning.clone import schema_exists
from tenants.communes.queries import CommuneGoneError, commune_by_schema
from tenants.communes.scope import PUBLIC_SCHEMA, commune_scope, owner_scope
from tenants.communes.states import TransitionError, change_state
from tenants.communes.tasks import commune_task


class Operator:
    """Who acts."""

    email = "betrieb@example.org"


TRIES = Limit("test.once", times=1, seconds=3600)


def role_exists(role: str) -> bool:
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None


def is_deleted(commune: Commune) -> bool:
    """Whether nothing of a commune is left but what must stay."""
    row = Commune.objects.get(pk=commune.pk)
    return (
        row.state == CommuneState.DELETED
        and not schema_exists(row.schema_name)
        and not role_exists(row.role)
        and not (Path(settings.MEDIA_ROOT) / row.schema_name).exists()
        and not Domain.objects.filter(tenant=row).exists()
        and not Count.objects.filter(place__startswith=f"{row.schema_name}:").exists()
        and not ProvisioningRun.objects.filter(commune=row).exclude(brief={}).exists()
    )


def archived(commune: Commune) -> Commune:
    """A commune that has left and been archived."""
    begin_offboarding(commune=commune, actor=Operator, reason="zieht um")
    return archive_commune(commune=commune, actor=Operator, reason="Archiv übergeben")


def fill(commune: Commune) -> None:
    """Leave something everywhere."""
    with commune_scope(commune.ref()):
        default_storage.save("a/b.txt", ContentFile(b"x"))
        is_exceeded(TRIES, "192.0.2.1")


def test_a_commune_goes_with_all_it_had(make_commune: Callable[..., Commune], archive_dir: Path) -> None:
    commune, other = make_commune(admin_email="chefin@ort.example"), make_commune()
    for one in (commune, other):
        fill(one)
        make_archive(commune=one, kind=Archive.Kind.NIGHTLY)
    archived(commune)
    ordered = delete_commune(commune=commune, typed_name=commune.name, actor=Operator, reason="Vertrag beendet")
    assert Commune.objects.get(pk=ordered.pk).state == CommuneState.ARCHIVED
    assert unfinished_removals() == [commune.pk]
    complete_removal(commune_id=commune.pk)
    assert is_deleted(commune)
    assert unfinished_removals() == []
    kinds = set(Archive.objects.filter(commune=commune).values_list("kind", flat=True))
    assert kinds == {Archive.Kind.FINAL}
    # the other one has everything still
    assert Archive.objects.filter(commune=other).count() == 1
    with commune_scope(other.ref()):
        assert default_storage.exists("a/b.txt")
        assert is_exceeded(TRIES, "192.0.2.1")


def test_every_act_has_its_row_with_actor_and_reason(make_commune: Callable[..., Commune], archive_dir: Path) -> None:
    commune = make_commune()
    archived(commune)
    delete_commune(commune=commune, typed_name=commune.official_name, actor=Operator, reason="Vertrag beendet")
    complete_removal(commune_id=commune.pk)
    complete_removal(commune_id=commune.pk)
    acts = AuditEntry.objects.filter(target=commune.schema_name, actor=Operator.email).order_by("id")
    assert [(act.verb, act.detail.get("reason", "")) for act in acts] == [
        ("commune.offboarding", "zieht um"),
        ("commune.exported", ""),
        ("commune.archived", "Archiv übergeben"),
        ("commune.removal_began", "Vertrag beendet"),
        ("commune.deleted", "Vertrag beendet"),
    ]


def test_name_and_address_are_free_again_and_the_schema_never_is(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    first = make_commune("Neu Ruppin, Stadt", slug="neu-ruppin", ars="120680320320")
    archived(first)
    delete_commune(commune=first, typed_name=first.name, actor=None, reason="-")
    complete_removal(commune_id=first.pk)
    second = make_commune("Neu Ruppin, Stadt", slug="neu-ruppin", ars="120680320320")
    assert (second.slug, second.schema_name) == ("neu-ruppin", "neu_ruppin_2")


@pytest.mark.parametrize("typed", ["", "Gera", "ort"])
def test_without_the_name_nothing_is_deleted(
    make_commune: Callable[..., Commune], archive_dir: Path, typed: str
) -> None:
    commune = make_commune()
    archived(commune)
    with pytest.raises(NameMismatchError):
        delete_commune(commune=commune, typed_name=typed, actor=None, reason="-")
    assert unfinished_removals() == []


def test_a_commune_that_lives_or_leaves_can_not_be_deleted(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    for step in (lambda: None, lambda: begin_offboarding(commune=commune, actor=None, reason="-")):
        step()
        with pytest.raises(TransitionError):
            delete_commune(commune=commune, typed_name=commune.name, actor=None, reason="-")
        with pytest.raises(TransitionError):
            complete_removal(commune_id=commune.pk)
    assert schema_exists(commune.schema_name)
    assert cancel_offboarding(commune=commune, actor=None, reason="bleibt").state == CommuneState.LIVE
    with pytest.raises(TransitionError):
        cancel_offboarding(commune=commune, actor=None, reason="bleibt")


def test_what_is_being_deleted_can_not_become_anything_else(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    Commune.objects.filter(pk=commune.pk).update(state=CommuneState.BROKEN)
    delete_commune(commune=commune, typed_name=commune.name, actor=None, reason="-")
    with pytest.raises(TransitionError):
        change_state(commune=commune, to=CommuneState.PROVISIONING, actor=None)
    complete_removal(commune_id=commune.pk)
    assert is_deleted(commune)


def test_a_removal_that_stopped_is_completed_by_the_next(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    fill(commune)
    Commune.objects.filter(pk=commune.pk).update(state=CommuneState.BROKEN)
    delete_commune(commune=commune, typed_name=commune.name, actor=None, reason="-")
    asked: list[str] = []

    def customer_at_the_bank(ref: Any) -> None:
        asked.append(ref.schema)
        if len(asked) == 1:
            raise ConnectionError("out of reach")

    removal_steps.register("test", RemovalStep(35, customer_at_the_bank))
    try:
        with pytest.raises(ConnectionError):
            complete_removal(commune_id=commune.pk)
        assert unfinished_removals() == [commune.pk]
        complete_removal(commune_id=commune.pk)
    finally:
        del removal_steps._entries["test"]
    assert asked == [commune.schema_name] * 2
    assert is_deleted(commune)


def test_two_at_the_same_removal_take_turns(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    Commune.objects.filter(pk=commune.pk).update(state=CommuneState.BROKEN)
    delete_commune(commune=commune, typed_name=commune.name, actor=None, reason="-")
    asked: list[str] = []
    begun, go = threading.Event(), threading.Event()

    def slow(ref: Any) -> None:
        asked.append(ref.schema)
        begun.set()
        go.wait(20)

    def run() -> str:
        try:
            return complete_removal(commune_id=commune.pk).state
        finally:
            connection.close()

    removal_steps.register("test", RemovalStep(5, slow))
    try:
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(run)
            assert begun.wait(20)
            second = pool.submit(run)
            assert wait([second], timeout=1).not_done
            go.set()
            assert (first.result(30), second.result(30)) == (CommuneState.DELETED, CommuneState.DELETED)
    finally:
        del removal_steps._entries["test"]
    assert asked == [commune.schema_name]


def test_a_task_for_a_deleted_commune_ends_quietly(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    done: list[int] = []

    @commune_task()
    def note() -> None:
        done.append(1)

    note(schema=commune.schema_name)
    Commune.objects.filter(pk=commune.pk).update(state=CommuneState.BROKEN)
    delete_commune(commune=commune, typed_name=commune.name, actor=None, reason="-")
    assert note(schema=commune.schema_name) is None
    complete_removal(commune_id=commune.pk)
    assert note(schema=commune.schema_name) is None
    assert done == [1]
    with pytest.raises(CommuneGoneError):
        commune_by_schema(commune.schema_name)
