"""Nothing is deleted whose last archive was not proven in that moment, whichever door the order came through."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.core.management import CommandError
from django.utils import timezone

from tenants.communes.archives.actions import export_commune, make_archive
from tenants.communes.archives.importing import FILES, MIGRATE, ROWS, import_commune
from tenants.communes.archives.nightly import archive_tonight
from tenants.communes.cells.leaving import drop_copy
from tenants.communes.cells.servers import CellError
from tenants.communes.lifecycle.dropping import drop_schema
from tenants.communes.lifecycle.offboarding import archive_commune, archive_commune_as, begin_offboarding
from tenants.communes.lifecycle.remaining import ArchiveUnprovenError
from tenants.communes.lifecycle.removal import (
    PROVEN,
    REFUSED,
    RemovalStep,
    complete_removal,
    delete_commune,
    refusal_of,
    removal_steps,
    unfinished_removals,
)
from tenants.communes.lifecycle.tasks import remove
from tenants.communes.models import Archive, AuditEntry, Commune, CommuneState, Domain, Move
from tenants.communes.provisioning.clone import schema_exists
from tenants.communes.scope import commune_scope
from tests.servers.running import free_port
from tests.tenants.communes.archives.forging import forge
from tests.tenants.communes.archives.test_round_trip import contents, put_file
from tests.tenants.communes.lifecycle.test_command import say
from tests.tenants.communes.lifecycle.test_removal import is_deleted

Damage = Callable[[Path], None]


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def vanish(path: Path) -> None:
    path.unlink()


def swap(path: Path) -> None:
    """Another archive, whole and well sealed, of other rows."""

    def one_row_less(content: dict[str, Any]) -> None:
        content["created_at"] = "2020-01-01T00:00:00+00:00"

    forge(path, path, manifest=one_row_less)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = [truncate, vanish, swap, flip, become_a_folder]


@pytest.fixture
def archived(make_commune: Callable[..., Commune], archive_dir: Path) -> Commune:
    """A commune with a file, archived months ago."""
    commune = make_commune()
    put_file(commune, "a/b.txt", b"hello")
    begin_offboarding(commune=commune, actor=None, reason="zieht um")
    archive_commune(commune=commune, actor=None, reason="-")
    Archive.objects.filter(commune=commune).update(proven_at=timezone.now() - timedelta(days=90))
    return Commune.objects.prefetch_related("domains").get(pk=commune.pk)


def final(commune: Commune) -> Archive:
    return Archive.objects.get(commune=commune, kind=Archive.Kind.FINAL)


def path_of(commune: Commune) -> Path:
    return Path(django_settings.ARCHIVE_DIR) / final(commune).path


def order(commune: Commune) -> None:
    delete_commune(commune=commune, typed_name=commune.name, actor=None, reason="Vertrag beendet")


def is_untouched(commune: Commune, before: dict[str, Any]) -> bool:
    row = Commune.objects.get(pk=commune.pk)
    with commune_scope(commune.ref()):
        file_is_there = default_storage.exists("a/b.txt")
    return (
        row.state == CommuneState.ARCHIVED
        and row.removal_began_at is None
        and contents(commune.schema_name) == before
        and file_is_there
        and Domain.objects.filter(tenant=commune).exists()
    )


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_command_line_refuses_and_touches_nothing(archived: Commune, damage: Damage) -> None:
    before = contents(archived.schema_name)
    damage(path_of(archived))
    with pytest.raises(CommandError, match="nicht bewiesen"):
        say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)
    assert is_untouched(archived, before)
    assert final(archived).proven_at is None
    assert final(archived).problem


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_task_of_the_console_refuses_and_says_so(archived: Commune, damage: Damage) -> None:
    before = contents(archived.schema_name)
    order(archived)
    damage(path_of(archived))
    assert remove(commune_id=archived.pk) == "refused"
    assert is_untouched(archived, before)
    assert "nicht bewiesen" in refusal_of(archived)
    act = AuditEntry.objects.get(verb=REFUSED, target=archived.schema_name)
    assert final(archived).path in act.detail["reason"]
    # delivered twice, it is refused twice, and the night has nothing to send again
    assert remove(commune_id=archived.pk) == "refused"
    assert unfinished_removals() == []


def test_a_sealed_archive_that_does_not_restore_is_no_proof(archived: Commune) -> None:
    """Whole to the last byte, listed with the right checksum, and its rows are not what it says."""

    def one_more(content: dict[str, Any]) -> None:
        next(table for table in content["tables"] if table["name"] == "wagtailcore_site")["rows"] += 1

    before, path = contents(archived.schema_name), path_of(archived)
    forge(path, path, manifest=one_more)
    import hashlib

    content = path.read_bytes()
    Archive.objects.filter(commune=archived).update(
        size=len(content), sha256=hashlib.sha256(content).hexdigest(), proven_at=timezone.now()
    )
    with pytest.raises(CommandError, match="wagtailcore_site"):
        say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)
    assert is_untouched(archived, before)


def test_without_a_final_archive_nothing_goes(archived: Commune) -> None:
    before = contents(archived.schema_name)
    Archive.objects.filter(commune=archived).update(kind=Archive.Kind.MANUAL)
    with pytest.raises(CommandError, match="kein Archiv zum Auszug"):
        say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)
    assert is_untouched(archived, before)


def test_the_record_says_which_archive_was_proven_and_when(archived: Commune) -> None:
    began = timezone.now()
    say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)
    assert is_deleted(archived)
    act, archive = AuditEntry.objects.get(verb=PROVEN, target=archived.schema_name), final(archived)
    told = {name: act.detail[name] for name in ("archive", "sha256", "size", "rows")}
    assert told == {"archive": archive.path, "sha256": archive.sha256, "size": archive.size, "rows": archive.rows}
    assert archive.proven_at is not None
    assert archive.proven_at >= began
    assert Path(django_settings.ARCHIVE_DIR, archive.path).is_file()


@pytest.mark.parametrize(("order_of_step", "damage"), [(15, truncate), (35, flip), (55, truncate)])
def test_an_archive_that_is_damaged_meanwhile_stops_what_is_left(
    archived: Commune, order_of_step: int, damage: Damage
) -> None:
    order(archived)
    content = path_of(archived).read_bytes()

    def spoil(_ref: Any) -> None:
        damage(path_of(archived))

    removal_steps.register("test", RemovalStep(order_of_step, spoil, takes_data=False))
    try:
        with pytest.raises(ArchiveUnprovenError):
            complete_removal(commune_id=archived.pk)
    finally:
        del removal_steps._entries["test"]
    assert schema_exists(archived.schema_name) == (order_of_step < 20)
    files = Path(django_settings.MEDIA_ROOT) / archived.schema_name
    assert files.exists() == (order_of_step < 40)
    # something has gone already: it stands still, retries are refused too, and nothing else goes
    assert unfinished_removals() == [archived.pk]
    with pytest.raises(ArchiveUnprovenError):
        complete_removal(commune_id=archived.pk)
    assert files.exists() == (order_of_step < 40)
    assert refusal_of(archived)
    # the file comes back from the backup: the next run goes on
    path_of(archived).write_bytes(content)
    complete_removal(commune_id=archived.pk)
    assert is_deleted(archived)


@pytest.mark.parametrize("damage", [vanish, swap])
def test_an_archive_that_is_taken_away_meanwhile_is_put_back(archived: Commune, damage: Damage) -> None:
    order(archived)
    content = path_of(archived).read_bytes()

    def take(_ref: Any) -> None:
        beside = path_of(archived).with_suffix(".new")
        beside.write_bytes(content)
        damage(beside)
        if beside.exists():
            os.replace(beside, path_of(archived))
        else:
            path_of(archived).unlink()

    removal_steps.register("test", RemovalStep(35, take, takes_data=False))
    try:
        with pytest.raises(ArchiveUnprovenError, match="wieder an ihrem Platz"):
            complete_removal(commune_id=archived.pk)
    finally:
        del removal_steps._entries["test"]
    assert path_of(archived).read_bytes() == content
    complete_removal(commune_id=archived.pk)
    assert is_deleted(archived)


def test_the_way_out_is_another_archive(archived: Commune) -> None:
    truncate(path_of(archived))
    with pytest.raises(CommandError):
        say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)
    old = final(archived).path
    say("archive", archived.slug, "--reason", "das alte ist beschädigt")
    assert final(archived).path != old
    acts = set(AuditEntry.objects.filter(target=archived.schema_name).values_list("verb", flat=True))
    assert "commune.archived_again" in acts
    assert say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)["state"] == "deleted"


def test_archiving_twice_makes_no_second_archive_while_the_first_is_whole(archived: Commune) -> None:
    say("archive", archived.slug, "--reason", "-")
    assert Archive.objects.filter(commune=archived).count() == 1
    assert final(archived).proven_at > timezone.now() - timedelta(minutes=10)  # type: ignore[operator]


def test_the_archive_a_damaged_commune_was_archived_as_is_proven_too(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    commune = make_commune()
    put_file(commune, "a/b.txt", b"hello")
    nightly = archive_tonight(commune_id=commune.pk, proof=True)
    begin_offboarding(commune=commune, actor=None, reason="beschädigt")
    archive_commune_as(commune=commune, path=str(nightly), actor=None, reason="-")
    before = contents(commune.schema_name)
    truncate(archive_dir / str(nightly))
    with pytest.raises(CommandError, match="nicht bewiesen"):
        say("delete", commune.slug, "--reason", "-", "--confirm", commune.name)
    assert is_untouched(commune, before)


def test_an_older_final_archive_never_stands_in_for_the_last(archived: Commune) -> None:
    """Left by an attempt to leave that was taken back: whole, and years behind."""
    last = final(archived)
    older = make_archive(commune=archived, kind=Archive.Kind.FINAL)
    Archive.objects.filter(pk=older.pk).update(created_at=last.created_at - timedelta(days=700))
    before = contents(archived.schema_name)
    (Path(django_settings.ARCHIVE_DIR) / last.path).unlink()
    for _attempt in range(2):
        with pytest.raises(CommandError, match="nicht bewiesen"):
            say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)
    assert is_untouched(archived, before)


def half_imported(make_commune: Callable[..., Commune], path: Path, steps: list[str]) -> Commune:
    """An import that failed after its rows were in."""
    original = make_commune()
    put_file(original, "a/b.txt", b"hello")
    export_commune(commune=original, to=path)
    Commune.objects.filter(pk=original.pk).update(official_name="Anderswo")
    run = import_commune(path=path, slug=f"{original.slug}-neu")
    run.finished_steps, run.state = steps, "failed"
    run.save()
    Commune.objects.filter(pk=run.commune_id).update(state=CommuneState.BROKEN)
    return Commune.objects.prefetch_related("domains").get(pk=run.commune_id)


@pytest.mark.parametrize("damage", [truncate, vanish, swap])
def test_a_failed_import_stays_until_the_file_it_came_from_is_whole(
    make_commune: Callable[..., Commune], archive_dir: Path, tmp_path: Path, damage: Damage
) -> None:
    path = tmp_path / "town.zip"
    commune = half_imported(make_commune, path, [ROWS, FILES, MIGRATE])
    content, before = path.read_bytes(), contents(commune.schema_name)
    damage(path)
    with pytest.raises(CommandError, match=str(path)):
        say("delete", commune.slug, "--reason", "-", "--confirm", commune.name)
    assert Commune.objects.get(pk=commune.pk).removal_began_at is None
    assert contents(commune.schema_name) == before
    path.write_bytes(content)
    assert say("delete", commune.slug, "--reason", "-", "--confirm", commune.name)["state"] == "deleted"
    assert AuditEntry.objects.get(verb=PROVEN, target=commune.schema_name).detail["archive"] == str(path)


def test_a_failed_import_whose_file_is_lost_goes_with_an_archive_of_its_own_that_stays(
    make_commune: Callable[..., Commune], archive_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "town.zip"
    commune = half_imported(make_commune, path, [ROWS, FILES])
    path.unlink()
    say("export", commune.slug)
    assert say("delete", commune.slug, "--reason", "-", "--confirm", commune.name)["state"] == "deleted"
    assert (archive_dir / final(commune).path).is_file()


def test_an_import_whose_rows_never_came_in_needs_no_file(
    make_commune: Callable[..., Commune], archive_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "town.zip"
    commune = half_imported(make_commune, path, [])
    path.unlink()
    assert say("delete", commune.slug, "--reason", "-", "--confirm", commune.name)["state"] == "deleted"
    assert AuditEntry.objects.get(verb=PROVEN, target=commune.schema_name).detail["why"] == "never opened"


def test_a_copy_in_another_cell_stays_while_the_commune_itself_is_missing(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    move = Move.objects.create(commune=commune, source="east", target="main", step=Move.Step.DONE)
    drop_schema(commune.schema_name)
    with pytest.raises(CellError, match="may be the last one"):
        drop_copy(move)


def test_the_thinning_out_counts_only_archives_that_are_there(
    make_commune: Callable[..., Commune], archive_dir: Path, settings: Any
) -> None:
    settings.ARCHIVE_KEEP = 1
    commune = make_commune()
    first = archive_tonight(commune_id=commune.pk, proof=False)
    (older,) = Archive.objects.filter(commune=commune)
    Archive.objects.filter(pk=older.pk).update(created_at=timezone.now() - timedelta(days=2))
    lost = make_archive(commune=commune, kind=Archive.Kind.NIGHTLY)
    Archive.objects.filter(pk=lost.pk).update(created_at=timezone.now() - timedelta(hours=13), proven_at=timezone.now())
    (archive_dir / lost.path).unlink()
    Archive.objects.filter(pk=older.pk).update(created_at=timezone.now() - timedelta(hours=14))
    archive_tonight(commune_id=commune.pk, proof=False)
    assert first is not None
    told = Archive.objects.filter(commune=commune, path="").values_list("problem", flat=True)
    assert [bool(problem) for problem in told] in ([], [True])
    assert Archive.objects.filter(commune=commune).exclude(path="").exists()


@pytest.mark.xdist_group("s3")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning")
class TestInS3:
    """The same on a shelf in a bucket."""

    @pytest.fixture
    def archived(self, make_commune: Callable[..., Commune], bucket: Any, object_store: Any, settings: Any) -> Commune:
        settings.AWS_S3_ENDPOINT_URL, settings.AWS_S3_REGION_NAME = object_store.endpoint, object_store.region
        settings.ARCHIVE_DIR = f"s3://{bucket.name}/archives"
        commune = make_commune()
        put_file(commune, "a/b.txt", b"hello")
        begin_offboarding(commune=commune, actor=None, reason="zieht um")
        archive_commune(commune=commune, actor=None, reason="-")
        return Commune.objects.prefetch_related("domains").get(pk=commune.pk)

    @pytest.mark.parametrize("kept", [None, 0, 0.5])
    def test_what_is_gone_or_cut_is_refused(self, archived: Commune, bucket: Any, kept: float | None) -> None:
        before, thing = contents(archived.schema_name), bucket.Object(f"archives/{final(archived).path}")
        content = thing.get()["Body"].read()
        if kept is None:
            thing.delete()
        else:
            thing.put(Body=content[: int(len(content) * kept)])
        with pytest.raises(CommandError, match="nicht bewiesen"):
            say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)
        assert is_untouched(archived, before)
        thing.put(Body=content)
        assert say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)["state"] == "deleted"
        assert thing.get()["Body"].read() == content

    def test_a_store_that_does_not_answer_is_refused(self, archived: Commune, settings: Any) -> None:
        before = contents(archived.schema_name)
        settings.AWS_S3_ENDPOINT_URL = f"http://127.0.0.1:{free_port()}"
        with pytest.raises(CommandError, match="nicht bewiesen"):
            say("delete", archived.slug, "--reason", "-", "--confirm", archived.name)
        assert is_untouched(archived, before)
