"""What is refused: damaged, dishonest, too new, in the way of somebody; and that nothing was made then."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError

from tenants.communes.archives.actions import export_commune
from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.importing import import_commune
from tenants.communes.models import Commune, CommuneState, ProvisioningRun
from tenants.communes.provisioning.clone import TEMPLATE_LOCK, TemplateBusyError, schema_exists
from tenants.communes.provisioning.steps import BeingMadeError, provision_commune
from tenants.communes.rollouts.locks import fleet_lock
from tests.factories.communes import provision
from tests.tenants.communes.archives.forging import digest, forge
from tests.tenants.communes.archives.test_round_trip import put_file


@pytest.fixture(scope="module")
def archive(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a town that no longer has that name here."""
    commune = provision("Altstadt, Stadt", slug="altstadt", ars="990010010010")
    put_file(commune, "a/b.txt", b"hello")
    path = tmp_path_factory.mktemp("archive") / "altstadt.zip"
    export_commune(commune=Commune.objects.get(pk=commune.pk), to=path)
    Commune.objects.filter(pk=commune.pk).update(ars="", official_name="Neustadt", slug="neustadt")
    return path


@pytest.fixture
def nothing_made(archive: Path) -> Any:
    """Nothing is there afterwards that was not there before."""
    before = Commune.objects.count(), ProvisioningRun.objects.count()
    yield
    assert (Commune.objects.count(), ProvisioningRun.objects.count()) == before


def refused(path: Path, match: str) -> None:
    with pytest.raises(ArchiveError, match=match):
        import_commune(path=path, slug="ganz-neu")


def test_every_single_byte_is_covered(archive: Path, tmp_path: Path, nothing_made: None) -> None:
    content = archive.read_bytes()
    chance = random.Random(4711)
    places = [0, len(content) - 1, len(content) - 72, *(chance.randrange(len(content)) for _ in range(60))]
    for place in places:
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << chance.randrange(8)
        path = tmp_path / "spoilt.zip"
        path.write_bytes(spoilt)
        with pytest.raises(ArchiveError):
            ArchiveReader(path)


@pytest.mark.parametrize("kept", [0, 10, 71, 72, 0.5, 0.999])
def test_a_file_that_was_cut_off_is_refused(archive: Path, tmp_path: Path, nothing_made: None, kept: float) -> None:
    content = archive.read_bytes()
    path = tmp_path / "short.zip"
    path.write_bytes(content[: int(kept if kept > 1 or kept == 0 else kept * len(content))])
    refused(path, "damaged|too short")


def test_something_else_is_no_archive(tmp_path: Path, nothing_made: None, archive: Path) -> None:
    path = tmp_path / "notes.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("notes.txt", "hello" * 100)
    refused(path, "checksum is wrong")


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil", "a/../../evil", "a//b", "a\\b", ".", ""])
def test_a_path_that_leaves_its_folder_is_refused(archive: Path, tmp_path: Path, nothing_made: None, name: str) -> None:
    def change(content: dict[str, Any]) -> None:
        content["files"][0]["path"] = name

    refused(forge(archive, tmp_path / "x.zip", manifest=change), "manifest")


@pytest.mark.parametrize("name", ["t; DROP SCHEMA public", 'a"b', "A", ""])
def test_a_table_s_name_that_is_none_is_refused(archive: Path, tmp_path: Path, nothing_made: None, name: str) -> None:
    def change(content: dict[str, Any]) -> None:
        content["tables"][0]["name"] = name

    refused(forge(archive, tmp_path / "x.zip", manifest=change), "manifest")


def test_a_part_that_grows_when_unpacked_is_refused(archive: Path, tmp_path: Path, nothing_made: None) -> None:
    bomb = b"\0" * 50_000_000

    def grow(found: dict[str, bytes]) -> None:
        found["files/a/b.txt"] = bomb

    refused(forge(archive, tmp_path / "x.zip", parts=grow), "another size")

    def admit(content: dict[str, Any]) -> None:
        content["files"][0] |= {"bytes": len(bomb), "sha256": digest(bomb)}
        content["tables"][0] |= {"bytes": 10**12}

    refused(forge(archive, tmp_path / "y.zip", parts=grow, manifest=admit), "another size|far more")


def test_a_part_too_many_or_too_few_is_refused(archive: Path, tmp_path: Path, nothing_made: None) -> None:
    refused(forge(archive, tmp_path / "x.zip", parts=lambda found: found.update({"more": b"x"})), "not those")
    refused(forge(archive, tmp_path / "y.zip", parts=lambda found: found.pop("files/a/b.txt")), "not those")


def test_an_archive_of_a_newer_release_is_refused(archive: Path, tmp_path: Path, nothing_made: None) -> None:
    def change(content: dict[str, Any]) -> None:
        content["release"] = "2099.1.1"
        content["migrations"].append(["accounts", "0999_from_the_future"])

    refused(forge(archive, tmp_path / "x.zip", manifest=change), "2099.1.1.*newer.*accounts.0999_from_the_future")


def test_shared_rows_that_are_missing_here_are_listed(archive: Path, tmp_path: Path, nothing_made: None) -> None:
    def change(content: dict[str, Any]) -> None:
        content["references"] = {"cases.cases": ["zauberlehrling 3"], "appointments": ["x"]}

    refused(forge(archive, tmp_path / "x.zip", manifest=change), "appointments: x; cases.cases: zauberlehrling 3")


def test_rows_that_are_not_what_the_manifest_says_undo_everything(archive: Path, tmp_path: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        site = next(table for table in content["tables"] if table["name"] == "wagtailcore_site")
        site["rows"] += 1

    path = forge(archive, tmp_path / "x.zip", manifest=change)
    with pytest.raises(ArchiveError, match="wagtailcore_site"):
        import_commune(path=path, slug="halb-fertig")
    broken = Commune.objects.get(slug="halb-fertig")
    assert broken.state == CommuneState.BROKEN
    assert not schema_exists(broken.schema_name)
    assert "wagtailcore_site" in broken.provisioning_runs.get().error
    Commune.objects.filter(pk=broken.pk).delete()


@pytest.mark.parametrize("taken", [{"ars": "990010010010"}, {"slug": "altstadt"}, {"official_name": "Altstadt, Stadt"}])
def test_what_another_commune_has_is_refused(archive: Path, tmp_path: Path, taken: dict[str, str]) -> None:
    other = Commune.objects.get(slug="neustadt")
    Commune.objects.filter(pk=other.pk).update(**taken)
    path = archive
    if "official_name" in taken:
        # a name alone tells only where there is no regional key
        def change(content: dict[str, Any]) -> None:
            content["commune"]["ars"] = ""

        path = forge(archive, tmp_path / "x.zip", manifest=change)
    before = Commune.objects.count()
    try:
        with pytest.raises(ValidationError):
            import_commune(path=path)
        assert Commune.objects.count() == before
    finally:
        Commune.objects.filter(pk=other.pk).update(ars="", slug="neustadt", official_name="Neustadt")


def test_importing_the_same_file_twice_makes_one_commune(archive: Path, make_commune: Callable[..., Commune]) -> None:
    first = import_commune(path=archive, slug="zweimal")
    again = import_commune(path=archive, slug="zweimal")
    assert (first.pk, again.attempts) == (again.pk, 1)
    assert Commune.objects.filter(slug="zweimal").count() == 1


def test_two_processes_are_not_at_the_same_import(
    archive: Path, make_commune: Callable[..., Commune], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.communes.archives.importing.PATIENCE", 0.1)
    run = import_commune(path=archive, slug="gleichzeitig")
    ProvisioningRun.objects.filter(pk=run.pk).update(state=ProvisioningRun.State.RUNNING)
    with fleet_lock(f"import {run.pk}"), pytest.raises(BeingMadeError):
        provision_commune(run_id=run.pk)
    assert provision_commune(run_id=run.pk).state == ProvisioningRun.State.DONE


def test_an_import_during_a_release_waits_for_its_end(
    archive: Path, make_commune: Callable[..., Commune], settings: Any
) -> None:
    with psycopg.connect(settings.DATABASE_URL) as release:
        release.execute("SELECT pg_advisory_xact_lock(%s)", [TEMPLATE_LOCK])
        with pytest.raises(TemplateBusyError):
            import_commune(path=archive, slug="umbauzeit")
        run = ProvisioningRun.objects.get(commune__slug="umbauzeit")
        with pytest.raises(BeingMadeError):
            provision_commune(run_id=run.pk)
        run.refresh_from_db()
        assert (run.state, run.error) == (ProvisioningRun.State.RUNNING, "")
    assert provision_commune(run_id=run.pk).state == ProvisioningRun.State.DONE
