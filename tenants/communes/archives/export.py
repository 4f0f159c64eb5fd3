"""Writing a commune into one file, from one moment's view of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from tenants.communes.archives.container import ArchiveWriter
from tenants.communes.archives.format import (
    FORMAT,
    TABLES,
    ArchiveError,
    CommuneEntry,
    DomainEntry,
    Manifest,
    TableEntry,
)
from tenants.communes.archives.tables import copy_rows, sequences_of, settle_the_text, tables_of
from tenants.communes.models import Commune, CommuneState, Domain
from tenants.communes.provisioning.clone import schema_exists
from tenants.communes.references import references_used
from tenants.communes.rollouts.standing import applied_in
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope, public_scope
from tenants.communes.storage import commune_files

# what is made for a download and expires is no part of the commune
NOT_ARCHIVED = "exports/"


@dataclass(frozen=True, slots=True)
class Written:
    """An archive that was written: its manifest, its size in bytes and the SHA-256 of the file."""

    manifest: Manifest
    size: int
    sha256: str


class _Measured:
    """Counts and hashes what goes into the file."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target, self._digest, self.size = target, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.size += len(data)
        self._target.write(data)
        return len(data)

    def flush(self) -> None:
        self._target.flush()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def write_archive(*, commune: Commune, target: IO[bytes]) -> Written:
    """Write the archive of `commune` to `target`, front to back. Must not be called inside a transaction.

    Rows come from one REPEATABLE READ READ ONLY transaction; files are read afterwards, so that every file the rows
    name was there. A file that is deleted meanwhile is left out.
    """
    demand_schema(commune)
    told = _entry_of(commune)
    measured = _Measured(target)
    with ArchiveWriter(measured) as writer:  # type: ignore[arg-type]
        manifest = _write_parts(writer, commune, told)
        writer.finish(manifest)
    return Written(manifest, measured.size, measured.sha256)


def demand_schema(commune: Commune) -> None:
    """Raise ArchiveError for a commune that has no schema yet or any more."""
    if commune.state == CommuneState.DELETED or commune.removal_began_at is not None:
        raise ArchiveError(f"{commune.name} was deleted: there is nothing to export.")
    if commune.state == CommuneState.REQUESTED or not schema_exists(commune.schema_name, cell=commune.cell):
        raise ArchiveError(f"{commune.name} is {commune.state} and has no schema: there is nothing to export.")


def _write_parts(writer: ArchiveWriter, commune: Commune, told: CommuneEntry) -> Manifest:
    with _one_moment(commune):
        moment = timezone.now()
        for table in tables_of(commune.schema_name):
            with writer.part(f"{TABLES}{table.name}.copy", packed=True) as part:
                rows = copy_rows(table, part.write)
            writer.tables.append(
                TableEntry(name=table.name, columns=list(table.columns), rows=rows, bytes=part.size, sha256=part.sha256)
            )
        sequences = sequences_of(commune.schema_name)
        migrations = sorted(applied_in(commune.schema_name, cell=commune.cell))
        if not migrations:
            raise ArchiveError(f"{commune.schema_name} has no django_migrations: nobody could read it.")
        references = references_used()
    with owner_scope(commune.schema_name, commune.ref()):
        _add_files(writer)
    return Manifest(
        format=FORMAT,
        release=commune.release or settings.RELEASE,
        level=commune.level,
        created_at=moment.isoformat(),
        commune=told,
        migrations=migrations,
        references=references,
        tables=writer.tables,
        sequences=sequences,
        files=writer.files,
    )


@contextmanager
def _one_moment(commune: Commune) -> Iterator[None]:
    """Read as owner, and always the same state of all tables."""
    ref = commune.ref()
    # entering a commune's schema is a question already, and the level must be set before the first one
    with owner_scope(PUBLIC_SCHEMA, ref), transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with owner_scope(ref.schema, ref):
            settle_the_text()
            yield


def _add_files(writer: ArchiveWriter) -> None:
    for path in commune_files().paths():
        if path.startswith(NOT_ARCHIVED):
            continue
        try:
            content = default_storage.open(path)
        except FileNotFoundError:
            continue
        with content:
            writer.add_file(path, content)


def _entry_of(commune: Commune) -> CommuneEntry:
    with public_scope():
        domains = [
            DomainEntry(domain=host.domain, is_primary=host.is_primary, state=host.state)
            for host in Domain.objects.filter(tenant=commune).order_by("domain")
        ]
    return CommuneEntry(
        official_name=commune.official_name,
        name=commune.name,
        slug=commune.slug,
        schema_name=commune.schema_name,
        kind=commune.kind,
        ars=commune.ars,
        land=commune.land,
        postcode=commune.postcode,
        inhabitants=commune.inhabitants,
        tags=commune.tags,
        brand=commune.brand,
        domains=domains,
    )
