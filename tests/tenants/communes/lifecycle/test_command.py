"""A whole life's end on the command line."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.communes.archives.nightly import archive_tonight
from tenants.communes.lifecycle.dropping import drop_schema
from tenants.communes.models import Archive, AuditEntry, Commune, CommuneState
from tenants.communes.roles import owner_role
from tenants.communes.scope import commune_scope, owner_scope
from tests.servers.running import free_port
from tests.tenants.communes.archives.test_round_trip import contents, put_file

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO name=.*sRGB2014.icc:pytest.PytestUnraisableExceptionWarning"
)


def say(*words: str) -> Any:
    """What `rathausplatz commune … --json` answers."""
    out = io.StringIO()
    call_command("commune", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_commune_leaves_and_comes_back(
    make_commune: Callable[..., Commune], archive_dir: Path, tmp_path: Path
) -> None:
    commune = make_commune()
    slug, to = commune.slug, tmp_path / "town.zip"
    assert say("export", slug, "--to", str(to))["size"] == to.stat().st_size
    assert (archive_dir / say("export", slug)["archive"]).is_file()
    readable = tmp_path / "readable.zip"
    say("export", slug, "--readable", "--to", str(readable))
    assert "people.json" in zipfile.ZipFile(readable).namelist()

    assert say("offboard", slug, "--reason", "geht")["state"] == "offboarding"
    assert say("stay", slug, "--reason", "bleibt")["state"] == "live"
    say("offboard", slug, "--reason", "geht doch")
    assert say("archive", slug, "--reason", "übergeben")["last_proven_restore"] != ""
    with pytest.raises(CommandError, match="Bestätigung"):
        say("delete", slug, "--reason", "Ende")
    gone = say("delete", slug, "--reason", "Ende", "--confirm", commune.name)
    assert (gone["state"], gone["schema"]) == ("deleted", commune.schema_name)

    back = say("import", str(to))
    assert (back["state"], back["slug"], back["schema"]) == ("live", slug, f"{commune.schema_name}_2")
    assert say("import", str(to)) == back
    assert Commune.objects.filter(slug=slug).count() == 2


def test_a_file_that_is_none_is_said_in_a_sentence(
    make_commune: Callable[..., Commune], archive_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        say("import", str(tmp_path / "nothing.zip"))
    (tmp_path / "bad.zip").write_bytes(b"x" * 1000)
    with pytest.raises(CommandError, match="damaged"):
        say("import", str(tmp_path / "bad.zip"))
    with pytest.raises(CommandError, match="nicht im Auszug"):
        say("archive", make_commune().slug, "--reason", "-")


def test_a_damaged_commune_comes_back_from_an_archive_of_the_night(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    """The commands of docs/how-to/operate.md, "Restore"."""
    commune = make_commune()
    put_file(commune, "a.bin", b"x" * 1000)
    before = contents(commune.schema_name)
    nightly = archive_tonight(commune_id=commune.pk, proof=False)
    assert nightly is not None
    with owner_scope(commune.schema_name), connection.cursor() as cursor:
        cursor.execute("DROP TABLE django_migrations; DELETE FROM auth_group_permissions")
    slug, why = commune.slug, ("--reason", "beschädigt")
    (listed,) = say("archives", slug)
    assert (listed["archive"], listed["kind"], listed["proven"]) == (nightly.path, "nightly", "")
    assert Path(listed["file"]) == archive_dir / nightly.path

    with pytest.raises(CommandError, match="nicht im Auszug"):
        say("archive", slug, *why, "--of", nightly.path)
    say("offboard", slug, *why)
    with pytest.raises(CommandError, match="has no archive"):
        say("archive", slug, *why, "--of", "anderswo/1.zip")
    assert say("archive", slug, *why, "--of", nightly.path)["state"] == "archived"
    assert say("archive", slug, *why, "--of", nightly.path)["last_proven_restore"] != ""
    act = AuditEntry.objects.get(verb="commune.archived", target=commune.schema_name)
    assert nightly.path in act.detail["reason"]
    say("delete", slug, *why, "--confirm", commune.name)
    back = say("import", listed["file"])
    assert (back["state"], back["slug"]) == ("live", slug)
    after = contents(back["schema"])
    assert {name for name in before if before[name] != after[name]} <= {"wagtailcore_site"}
    with commune_scope(Commune.objects.get(schema_name=back["schema"]).ref()):
        assert default_storage.size("a.bin") == 1000


def test_an_archive_that_changed_since_its_proof_ends_no_commune(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    commune = make_commune()
    archive = archive_tonight(commune_id=commune.pk, proof=True)
    assert archive is not None
    assert archive.proven_at is not None
    (archive_dir / archive.path).write_bytes(b"x" * 1000)
    say("offboard", commune.slug, "--reason", "-")
    with pytest.raises(CommandError, match="wiederherstellen"):
        say("archive", commune.slug, "--reason", "-", "--of", archive.path)
    assert Commune.objects.get(pk=commune.pk).state == CommuneState.OFFBOARDING
    assert Archive.objects.get(pk=archive.pk).kind == Archive.Kind.NIGHTLY


def test_the_list_of_archives_is_for_people_too(make_commune: Callable[..., Commune], archive_dir: Path) -> None:
    commune, out = make_commune(), io.StringIO()
    call_command("commune", "archives", commune.slug, stdout=out)
    assert out.getvalue() == "No archive of it is on the shelf.\n"
    archive = archive_tonight(commune_id=commune.pk, proof=False)
    call_command("commune", "archives", commune.slug, stdout=out)
    assert str(archive_dir / str(archive)) in out.getvalue()


def test_what_the_machine_refuses_is_said_in_a_sentence(
    make_commune: Callable[..., Commune], archive_dir: Path, tmp_path: Path
) -> None:
    slug = make_commune().slug
    with pytest.raises(CommandError, match=r"No such file or directory: .*missing"):
        say("export", slug, "--to", str(tmp_path / "missing" / "town.zip"))
    archive_dir.touch()
    with pytest.raises(CommandError, match="run the same command again"):
        say("export", slug)
    with pytest.raises(CommandError, match="File name too long"):
        say("import", "x" * 300)


@pytest.mark.xdist_group("s3")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_what_s3_refuses_is_said_in_a_sentence(
    make_commune: Callable[..., Commune], bucket: Any, object_store: Any, settings: Any
) -> None:
    settings.AWS_S3_ENDPOINT_URL, settings.AWS_S3_REGION_NAME = f"http://127.0.0.1:{free_port()}", "eu"
    settings.ARCHIVE_DIR = f"s3://not-{bucket.name}/archives"
    slug = make_commune().slug
    with pytest.raises(CommandError, match="The S3 refused"):
        say("export", slug)
    settings.AWS_S3_ENDPOINT_URL, settings.AWS_S3_REGION_NAME = object_store.endpoint, object_store.region
    with pytest.raises(CommandError, match=r"The S3 refused.*NoSuchBucket"):
        say("export", slug)


def test_locks_that_others_hold_are_said_in_a_sentence(make_commune: Callable[..., Commune], own_database: str) -> None:
    commune = make_commune()
    Commune.objects.filter(pk=commune.pk).update(state=CommuneState.BROKEN)
    with psycopg.connect(own_database) as other:
        other.execute(f'SET ROLE "{owner_role()}"')
        other.execute(f'SELECT count(*) FROM "{commune.schema_name}".django_migrations')
        with pytest.raises(CommandError, match="Something else holds"):
            say("delete", commune.slug, "--reason", "-", "--confirm", commune.name)
    assert say("delete", commune.slug, "--reason", "-")["state"] == "deleted"


@pytest.mark.parametrize("kind", [(), ("--readable",)])
def test_what_has_no_schema_is_not_exported(
    make_commune: Callable[..., Commune], tmp_path: Path, kind: tuple[str, ...]
) -> None:
    commune = make_commune()
    words = ("export", commune.slug, "--to", str(tmp_path / "town.zip"), *kind)
    drop_schema(commune.schema_name)
    for state in (CommuneState.BROKEN, CommuneState.REQUESTED, CommuneState.DELETED):
        Commune.objects.filter(pk=commune.pk).update(state=state)
        with pytest.raises(CommandError, match="nothing to export"):
            say(*words)
    assert list(tmp_path.iterdir()) == []


def test_what_is_behind_the_release_is_not_exported_readably(
    make_commune: Callable[..., Commune], tmp_path: Path
) -> None:
    commune = make_commune()
    Commune.objects.filter(pk=commune.pk).update(level=0)
    with pytest.raises(CommandError, match="fleet migrate"):
        say("export", commune.slug, "--readable", "--to", str(tmp_path / "town.zip"))


def test_show_and_list_tell_the_last_proven_restore(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    archive = Archive.objects.create(
        commune=commune, path="a", size=1, sha256="", level=0, rows=0, files=0, proven_at=commune.created_at
    )
    shown = archive.proven_at.isoformat()
    assert say("show", commune.slug)["last_proven_restore"] == shown
    listed = {row["slug"]: row for row in json.loads(_listed())}
    assert listed[commune.slug]["last_proven_restore"] == shown
    Commune.objects.filter(pk=commune.pk).update(state=CommuneState.DELETED)
    assert commune.slug not in {row["slug"] for row in json.loads(_listed())}


def _listed() -> str:
    out = io.StringIO()
    call_command("commune", "list", "--json", stdout=out)
    return out.getvalue()
