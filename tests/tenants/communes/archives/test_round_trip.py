"""A commune of demonstration size comes back as it was: every row, every sequence, every file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from services.participation.models import Idea
from tenants.communes.archives.actions import export_commune
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.importing import import_commune
from tenants.communes.archives.tables import hash_rows, settle_the_text, tables_of
from tenants.communes.models import Commune, CommuneState
from tenants.communes.scope import commune_scope, owner_scope
from tests.tenants.communes.conftest import demo_order

# what COPY's text format writes in another way than it is
AWKWARD = ("a\tb\nc\r\nd", "\\N", "\\.", "\\\\ \\t", "ÄÖÜ ß € 🏛", "'\"; DROP TABLE x;--", "\u2028\ufeff\x7f")


def contents(schema: str) -> dict[str, tuple[int, str]]:
    """Rows and hash of every table."""
    with owner_scope(schema), transaction.atomic():
        settle_the_text()
        return {table.name: hash_rows(table) for table in tables_of(schema)}


def put_file(commune: Commune, name: str, content: bytes) -> None:
    with commune_scope(commune.ref()):
        default_storage.save(name, ContentFile(content))


def test_a_commune_is_the_same_after_export_and_import(make_commune: Callable[..., Commune], tmp_path: Path) -> None:
    original = make_commune(**demo_order())
    with commune_scope(original.ref()):
        for number, text in enumerate(AWKWARD):
            Idea.objects.create(text=f"{text} und mehr davon", email=f"{number}@ort.example")
    put_file(original, "images/höhle.png", b"\x89PNG" * 1000)
    put_file(original, "documents/a/b.pdf", b"%PDF")
    put_file(original, "exports/old.zip", b"PK")
    written = export_commune(commune=original, to=tmp_path / "town.zip")
    before = contents(original.schema_name)
    assert len(before) > 60
    assert written.manifest.rows == sum(rows for rows, _hash in before.values()) > 1000

    Commune.objects.filter(pk=original.pk).update(official_name="Anderswo")
    run = import_commune(path=tmp_path / "town.zip", slug=f"{original.slug}-neu")
    copy = Commune.objects.get(pk=run.commune_id)
    assert copy.state == CommuneState.LIVE
    after = contents(copy.schema_name)
    assert {name for name in after if after[name] != before[name]} == {"wagtailcore_site"}
    with commune_scope(copy.ref()):
        assert {idea.text.removesuffix(" und mehr davon") for idea in Idea.objects.all()} >= set(AWKWARD)
        with default_storage.open("images/höhle.png") as file:
            assert file.read() == b"\x89PNG" * 1000
        assert default_storage.exists("documents/a/b.pdf")
        assert not default_storage.exists("exports/old.zip")


@pytest.mark.parametrize("state", [CommuneState.REQUESTED, CommuneState.DELETED])
def test_where_there_is_nothing_nothing_is_written(
    make_commune: Callable[..., Commune], tmp_path: Path, state: str
) -> None:
    commune = make_commune()
    commune.state = state
    with pytest.raises(ArchiveError, match="nothing to export"):
        export_commune(commune=commune, to=tmp_path / "town.zip")
    assert list(tmp_path.iterdir()) == []


def test_the_same_rows_are_the_same_parts(make_commune: Callable[..., Commune], tmp_path: Path) -> None:
    commune = make_commune()
    first, second = (export_commune(commune=commune, to=tmp_path / f"{n}.zip").manifest for n in range(2))
    assert first.tables == second.tables
    assert first.model_copy(update={"created_at": ""}) == second.model_copy(update={"created_at": ""})
