"""Every night each commune is archived by itself; a sample is proven; old and forgotten things go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from structlog.testing import capture_logs

from tenants.communes.archives.actions import (
    _enter,
    archive_lock,
    export_commune,
    make_archive,
    thin_out,
    tidy_shelf,
)
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.nightly import archive_tonight, communes_tonight, expire_archives
from tenants.communes.archives.proof import SCRATCH, tidy_scratch
from tenants.communes.archives.restore import SCRATCH_LEVEL
from tenants.communes.archives.shelf import making, shelf
from tenants.communes.archives.tasks import nightly
from tenants.communes.lifecycle.removal import delete_commune
from tenants.communes.models import Archive, ArchiveIntent, Commune, CommuneState
from tenants.communes.queries import last_proven_restore, proven_restores
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope
from tests.tenants.communes.archives.test_proof import scratch_schemas


def test_a_commune_that_fails_does_not_stop_the_others(make_commune: Callable[..., Commune], archive_dir: Path) -> None:
    first, second = make_commune(), make_commune()
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {first.schema_name}.django_migrations RENAME TO lost")
    assert {first.pk, second.pk} <= {key for key, _proof in communes_tonight()}
    for commune in (first, second):
        archive_tonight(commune_id=commune.pk, proof=False)
    assert "django_migrations" in Archive.objects.get(commune=first).problem
    made = Archive.objects.get(commune=second)
    assert (made.problem, shelf().exists(made.path)) == ("", True)
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {first.schema_name}.lost RENAME TO django_migrations")


def test_those_are_proven_first_whose_proof_is_oldest(
    make_commune: Callable[..., Commune], archive_dir: Path, settings: Any
) -> None:
    settings.ARCHIVE_PROOFS_A_NIGHT = 2
    fresh, old, never = make_commune(), make_commune(), make_commune()
    now = timezone.now()
    for commune, days in ((fresh, 1), (old, 9)):
        archive = make_archive(commune=commune)
        Archive.objects.filter(pk=archive.pk).update(proven_at=now - timedelta(days=days))
    assert {key for key, proof in communes_tonight() if proof} == {never.pk, old.pk}
    assert proven_restores()[old.pk] == last_proven_restore(old) == now - timedelta(days=9)
    assert last_proven_restore() == now - timedelta(days=1)
    assert last_proven_restore(never) is None


def test_a_sample_is_proven(make_commune: Callable[..., Commune], archive_dir: Path) -> None:
    commune = make_commune()
    archive = archive_tonight(commune_id=commune.pk, proof=True)
    assert archive is not None
    assert archive.proven_at is not None
    assert scratch_schemas() == []


@pytest.mark.parametrize("state", [CommuneState.ARCHIVED, CommuneState.BROKEN, CommuneState.DELETED])
def test_what_has_no_data_to_keep_is_passed_over(
    make_commune: Callable[..., Commune], archive_dir: Path, state: str
) -> None:
    commune = make_commune()
    Commune.objects.filter(pk=commune.pk).update(state=state)
    assert commune.pk not in {key for key, _proof in communes_tonight()}
    assert archive_tonight(commune_id=commune.pk, proof=False) is None


def test_the_last_ones_and_the_newest_proven_one_are_kept(
    make_commune: Callable[..., Commune], archive_dir: Path, settings: Any
) -> None:
    settings.ARCHIVE_KEEP = 2
    commune = make_commune()
    made = [make_archive(commune=commune, kind=Archive.Kind.NIGHTLY) for _night in range(5)]
    by_hand = make_archive(commune=commune)
    Archive.objects.filter(pk=made[1].pk).update(proven_at=timezone.now())
    assert thin_out(commune) == 2
    kept = set(Archive.objects.filter(commune=commune))
    assert kept == {made[1], made[3], made[4], by_hand}
    assert {archive.path for archive in kept} == set(shelf().names(f"{commune.schema_name}/"))


def test_what_a_crash_left_is_tidied_and_what_lives_is_not(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    entered = make_archive(commune=make_commune())
    assert not ArchiveIntent.objects.exists()
    forgotten, unknown = (archive_dir / entered.path.replace("-manual", end) for end in ("-nightly", "-final"))
    for path in (forgotten, unknown):
        path.write_bytes(b"x")
    ArchiveIntent.objects.create(path=forgotten.relative_to(archive_dir).as_posix())
    stale = archive_dir / ".making" / "dead.unfinished"
    stale.write_bytes(b"x")
    with making() as (_stream, living):
        assert tidy_shelf() == 1
        assert forgotten.exists()
        with capture_logs() as said:
            assert tidy_shelf(older_than=timedelta(0)) == 1
        assert living.exists()
    assert (forgotten.exists(), stale.exists(), unknown.exists()) == (False, False, True)
    assert not ArchiveIntent.objects.exists()
    assert shelf().exists(entered.path)
    assert {"event": "archive.unknown_on_shelf", "log_level": "warning", "files": 1} in said


def test_archives_that_the_database_does_not_know_are_left_alone(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    archive = make_archive(commune=make_commune())
    Archive.objects.all().delete()  # as if the database were reset to an earlier moment
    assert tidy_shelf(older_than=timedelta(0)) == 0
    assert shelf().exists(archive.path)


def test_an_intent_that_was_tidied_away_meanwhile_becomes_no_archive(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    commune = make_commune()
    written = export_commune(commune=commune, to=archive_dir.parent / "a.zip")
    with pytest.raises(ArchiveError, match="tidied away"), transaction.atomic():
        _enter(commune, Archive.Kind.MANUAL, "gone.zip", written)
    assert not Archive.objects.filter(commune=commune).exists()


def test_whoever_is_sent_again_the_same_night_goes_on_with_its_archive(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    commune = make_commune()
    first = archive_tonight(commune_id=commune.pk, proof=False)
    again = archive_tonight(commune_id=commune.pk, proof=True)
    assert first == again is not None
    assert again.proven_at is not None
    Archive.objects.update(created_at=F("created_at") - timedelta(hours=13))
    assert archive_tonight(commune_id=commune.pk, proof=False) != first


def test_while_one_makes_it_another_leaves_it(make_commune: Callable[..., Commune], archive_dir: Path) -> None:
    commune = make_commune()
    with archive_lock(commune):
        assert archive_tonight(commune_id=commune.pk, proof=False) is None
    assert not Archive.objects.filter(commune=commune).exists()


def test_scratch_schemas_go_when_they_are_old(own_database: str) -> None:
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        for name in (f"{SCRATCH}{1:x}_aaaaaa", f"{SCRATCH_LEVEL}0123456789abcdef"):
            cursor.execute(f"CREATE SCHEMA {name}")
        cursor.execute(f"COMMENT ON SCHEMA {SCRATCH_LEVEL}0123456789abcdef IS '{int(timezone.now().timestamp())}'")
    assert tidy_scratch() == 1
    assert scratch_schemas() == [f"{SCRATCH_LEVEL}0123456789abcdef"]
    assert tidy_scratch(older_than=timedelta(seconds=-60)) == 1


def test_the_final_archive_of_a_deleted_commune_expires(
    make_commune: Callable[..., Commune], archive_dir: Path, settings: Any
) -> None:
    commune = make_commune()
    archive = make_archive(commune=commune, kind=Archive.Kind.FINAL)
    began = timezone.now() - timedelta(days=settings.ARCHIVE_FINAL_DAYS, hours=-1)
    Commune.objects.filter(pk=commune.pk).update(state=CommuneState.DELETED, removal_began_at=began)
    # made long before the deletion: its days count from there
    Archive.objects.filter(pk=archive.pk).update(created_at=began - timedelta(days=300))
    assert expire_archives() == 0
    assert shelf().exists(archive.path)
    Commune.objects.filter(pk=commune.pk).update(removal_began_at=began - timedelta(hours=2))
    assert expire_archives() == 1
    assert not shelf().exists(archive.path)
    assert not Archive.objects.filter(pk=archive.pk).exists()


@pytest.fixture
def _at_once() -> Iterator[None]:
    """Tasks that are sent run where they are sent."""
    from celery import current_app

    before = current_app.conf.task_always_eager
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = before


@pytest.mark.usefixtures("_at_once")
def test_a_part_of_the_night_that_fails_stops_no_other(make_commune: Callable[..., Commune], archive_dir: Path) -> None:
    commune = make_commune()
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA scratch_strange; COMMENT ON SCHEMA scratch_strange IS 'no moment'")
    try:
        with capture_logs() as said, pytest.raises(RuntimeError, match="scratch schemas"):
            nightly()
    finally:
        with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA scratch_strange")
    assert [line["part"] for line in said if line["event"] == "night.part_failed"] == ["scratch schemas"]
    assert Archive.objects.filter(commune=commune, problem="").count() == 1


@pytest.mark.usefixtures("_at_once")
def test_the_night_s_task_archives_all_and_takes_up_what_was_left(
    make_commune: Callable[..., Commune], archive_dir: Path, settings: Any
) -> None:
    settings.ARCHIVE_PROOFS_A_NIGHT = 1
    kept, going = make_commune(), make_commune()
    Commune.objects.filter(pk=going.pk).update(state=CommuneState.BROKEN)
    delete_commune(commune=going, typed_name=going.name, actor=None, reason="-")
    nightly()
    assert Commune.objects.get(pk=going.pk).state == CommuneState.DELETED
    assert Archive.objects.filter(commune=kept, kind=Archive.Kind.NIGHTLY, problem="").count() == 1
    assert Archive.objects.filter(proven_at__isnull=False).count() == 1
