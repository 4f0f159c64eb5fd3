"""A whole life's end on the command line."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants.communes.models import Archive, Commune, CommuneState

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
