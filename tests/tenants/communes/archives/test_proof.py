"""An archive counts as proven once it was restored, compared and asked; anything else is noted as a problem."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import connection

from tenants.communes.archives.actions import make_archive
from tenants.communes.archives.proof import prove_archive
from tenants.communes.models import Archive, Commune
from tenants.communes.queries import last_proven_restore
from tests.tenants.communes.conftest import demo_order


def scratch_schemas() -> list[str]:
    """What a proof must not leave behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname::text, 'scratch_')")
        return [row[0] for row in cursor.fetchall()]


def test_a_proven_archive_has_its_moment_and_leaves_nothing_behind(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    commune = make_commune(**demo_order())
    archive = prove_archive(make_archive(commune=commune))
    assert archive.problem == ""
    assert last_proven_restore(commune) == archive.proven_at is not None
    assert scratch_schemas() == []


def test_a_file_that_changed_on_the_shelf_disproves_the_archive(
    make_commune: Callable[..., Commune], archive_dir: Path
) -> None:
    archive = make_archive(commune=make_commune())
    path = archive_dir / archive.path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    prove_archive(archive)
    stored = Archive.objects.get(pk=archive.pk)
    assert stored.proven_at is None
    assert "damaged" in stored.problem
