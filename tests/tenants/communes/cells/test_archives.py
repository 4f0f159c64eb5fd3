"""A commune of another cell is archived there and proven beside the shared tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tenants.communes.archives.actions import delete_archive, make_archive
from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.proof import prove_archive
from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope


def test_a_commune_of_another_cell_is_archived_and_proven(jena: Any, settings: Any, tmp_path: Path) -> None:
    from services.participation.models import Idea

    settings.ARCHIVE_DIR = str(tmp_path)
    with commune_scope(jena):
        Idea.objects.create(text="Eine Bank an der Saale", email="a@b.example")
    archive = make_archive(commune=find_commune("jena"))
    with ArchiveReader(tmp_path / archive.path) as reader:
        rows = {table.name: table.rows for table in reader.manifest.tables}
        assert rows["participation_idea"] == 1
        assert len(reader.manifest.migrations) > 100
    prove_archive(archive)
    assert (archive.problem, archive.proven_at is not None) == ("", True)
    delete_archive(archive)
