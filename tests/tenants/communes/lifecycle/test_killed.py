"""kill -9 in the middle of an export, an import, a night or a removal: the next run completes, nothing is half-made."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from tenants.communes.archives.actions import tidy_shelf
from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.importing import import_commune
from tenants.communes.archives.proof import tidy_scratch
from tenants.communes.archives.shelf import UNFINISHED, shelf, workshop
from tenants.communes.lifecycle.offboarding import begin_offboarding
from tenants.communes.lifecycle.orders import LOST_AFTER, lost_orders, order_archive
from tenants.communes.lifecycle.removal import complete_removal, delete_commune, unfinished_removals
from tenants.communes.models import Archive, ArchiveIntent, Commune, CommuneState, ProvisioningRun
from tests.tenants.communes.archives.test_proof import scratch_schemas
from tests.tenants.communes.archives.test_round_trip import contents, put_file
from tests.tenants.communes.lifecycle.test_removal import fill, is_deleted
from tests.tenants.communes.mortals import Nursery

DEATHS = 3


@pytest.fixture(scope="module")
def shelf_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archives")


@pytest.fixture(scope="module")
def nursery(own_database: str, shelf_of_all: Path) -> Iterator[Nursery]:
    connection.close()
    with Nursery(own_database, shelf_of_all) as nursery:
        yield nursery


@pytest.fixture(autouse=True)
def _same_shelf(settings: Any, shelf_of_all: Path) -> None:
    """The test looks at the shelf that the nursery's children use."""
    settings.ARCHIVE_DIR = str(shelf_of_all)


def moments(whole: float) -> list[float]:
    """When to kill work that takes `whole` seconds: some time in each part of it."""
    chance = random.Random(4711)
    return [whole * (part + chance.random()) / DEATHS for part in range(DEATHS)]


def test_a_killed_export_leaves_no_file_that_looks_like_one(
    make_commune: Callable[..., Commune], nursery: Nursery, tmp_path: Path
) -> None:
    commune = make_commune()
    to = tmp_path / "town.zip"
    whole = nursery.live("export", schema=commune.schema_name, to=str(to))
    for after in moments(whole):
        to.unlink(missing_ok=True)
        if nursery.die("export", after, schema=commune.schema_name, to=str(to)) and to.exists():
            ArchiveReader(to).close()
        nursery.live("export", schema=commune.schema_name, to=str(to))
        with ArchiveReader(to) as reader:
            reader.check_all()
        assert [path.name for path in tmp_path.iterdir() if path.suffix == ".unfinished"] == []


def test_a_killed_night_leaves_nothing_that_the_next_does_not_tidy(
    make_commune: Callable[..., Commune], nursery: Nursery
) -> None:
    commune = make_commune()
    whole = nursery.live("shelve", schema=commune.schema_name)
    for after in moments(whole):
        # the next night; what was killed in it goes on with the archive that it made
        Archive.objects.filter(commune=commune).update(created_at=F("created_at") - timedelta(days=1))
        nursery.die("shelve", after, schema=commune.schema_name)
        nursery.live("shelve", schema=commune.schema_name)
        assert Archive.objects.filter(commune=commune)[0].proven_at is not None
    tidy_shelf(older_than=timedelta(0))
    tidy_scratch(older_than=timedelta(0))
    assert list(workshop().glob(f"*{UNFINISHED}")) == []
    assert scratch_schemas() == []
    assert set(shelf().names("")) == {archive.path for archive in Archive.objects.all()}
    assert not ArchiveIntent.objects.exists()
    assert Archive.objects.filter(commune=commune).count() == DEATHS + 1


def test_a_killed_import_is_completed_by_the_next(
    make_commune: Callable[..., Commune], nursery: Nursery, tmp_path: Path
) -> None:
    original = make_commune()
    put_file(original, "a.bin", b"x" * 1000)
    path = tmp_path / "town.zip"
    nursery.live("export", schema=original.schema_name, to=str(path))
    before = contents(original.schema_name)
    Commune.objects.filter(pk=original.pk).update(official_name="Anderswo")
    slugs = [f"{original.slug}-{number}" for number in range(DEATHS + 1)]
    whole = nursery.live("bring", path=str(path), slug=slugs[0])
    for slug, after in zip(slugs[1:], moments(whole), strict=True):
        for copy in Commune.objects.filter(slug__startswith=f"{original.slug}-"):
            Commune.objects.filter(pk=copy.pk).update(official_name=f"Anderswo {copy.slug}")
        nursery.die("bring", after, path=str(path), slug=slug)
        run = import_commune(path=path, slug=slug)
        assert run.state == ProvisioningRun.State.DONE
        found = Commune.objects.get(slug=slug)
        assert found.state == CommuneState.LIVE
        after_import = contents(found.schema_name)
        assert {name for name in before if before[name] != after_import[name]} == {"wagtailcore_site"}


def test_a_killed_removal_is_completed_by_the_next(make_commune: Callable[..., Commune], nursery: Nursery) -> None:
    def doomed() -> Commune:
        commune = make_commune()
        fill(commune)
        Commune.objects.filter(pk=commune.pk).update(state=CommuneState.BROKEN)
        return delete_commune(commune=commune, typed_name=commune.name, actor=None, reason="-")

    whole = nursery.live("remove", commune_id=doomed().pk)
    for after in moments(whole):
        commune = doomed()
        nursery.die("remove", after, commune_id=commune.pk)
        for commune_id in unfinished_removals():
            complete_removal(commune_id=commune_id)
        assert is_deleted(commune)


def test_a_killed_archive_is_made_by_the_next_although_its_message_is_lost(
    make_commune: Callable[..., Commune], nursery: Nursery
) -> None:
    def leaving() -> Commune:
        commune = make_commune()
        begin_offboarding(commune=commune, actor=None, reason="-")
        return order_archive(commune=commune, actor=None, reason="-")

    whole = nursery.live("archive", commune_id=leaving().pk)
    for after in moments(whole):
        commune = leaving()
        was_killed = nursery.die("archive", after, commune_id=commune.pk)
        Commune.objects.filter(pk=commune.pk).update(archive_ordered_at=F("archive_ordered_at") - LOST_AFTER)
        assert was_killed is False or lost_orders() == [commune.pk]
        nursery.live("archive", commune_id=commune.pk)
        row = Commune.objects.get(pk=commune.pk)
        assert (row.state, row.archive_ordered_at, lost_orders()) == (CommuneState.ARCHIVED, None, [])
