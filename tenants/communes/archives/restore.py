"""Rows of an archive into a schema: structure, COPY, sequences, and the proof that all of it arrived."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterable

import structlog
from django.apps import apps
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.format import ArchiveError, FileEntry, Manifest
from tenants.communes.archives.tables import (
    hash_rows,
    load_rows,
    sequences_of,
    set_sequences,
    settle_the_text,
    tables_of,
)
from tenants.communes.lifecycle.dropping import drop_schema
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA, clone_structure
from tenants.communes.references import references_missing
from tenants.communes.rollouts.standing import applied_in, migrations_on_disk, tenant_labels
from tenants.communes.scope import PUBLIC_SCHEMA, CommuneRef, owner_scope

log = structlog.get_logger(__name__)
SCRATCH_LEVEL = "scratch_level_"
Migrations = set[tuple[str, str]]


def check_origin(manifest: Manifest) -> None:
    """Refuse what this installation can't hold: a newer release's rows, or rows that name what it lacks.

    Raises ArchiveError that lists what is missing.
    """
    if unknown := _unknown_migrations(manifest):
        shown = ", ".join(f"{app}.{name}" for app, name in sorted(unknown)[:5])
        raise ArchiveError(
            f"The archive comes from release {manifest.release}, which is newer than this one ({settings.RELEASE}) or "
            f"has other rooms: {shown}{' …' if len(unknown) > 5 else ''}. Upgrade this installation first."
        )
    if missing := references_missing(manifest.references):
        listed = "; ".join(f"{name}: {', '.join(keys)}" for name, keys in sorted(missing.items()))
        raise ArchiveError(f"The archive's rows name shared rows that this installation lacks. {listed}.")


def _unknown_migrations(manifest: Manifest) -> Migrations:
    unknown = set(manifest.migrations) - migrations_on_disk(config.label for config in apps.get_app_configs())
    if not unknown:
        return unknown
    # names that a squashed migration replaces have no file any more; to know them the files must be read
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return unknown - {key for migration in loader.disk_migrations.values() for key in migration.replaces}


def structure_for(manifest: Manifest) -> str:
    """The schema whose structure fits the archive: the template, or one made for its older level.

    Making one takes as long as Django's migrations do. A run that was interrupted is continued. Not inside a
    transaction; the caller drops what is not the template (`drop_structure`).
    """
    wanted = set(manifest.migrations)
    if applied_in(TEMPLATE_SCHEMA, tenant_labels()) == of_communes(wanted):
        return TEMPLATE_SCHEMA
    digest = hashlib.sha256(repr(sorted(wanted)).encode()).hexdigest()[:16]
    schema = f"{SCRATCH_LEVEL}{digest}"
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        # tells the tidying how old it is
        cursor.execute(f"COMMENT ON SCHEMA \"{schema}\" IS '{int(time.time())}'")
    with owner_scope(schema):
        log.info("archive.older_level", schema=schema)
        executor = MigrationExecutor(connection)
        executor.migrate(_ends_of(executor, wanted))
    if applied_in(schema, tenant_labels()) != of_communes(wanted):
        raise ArchiveError("The archive's migrations are not ones that can be applied in any order. It can't be read.")
    return schema


def of_communes(migrations: Migrations) -> Migrations:
    """Those that change a commune's tables: the shared apps' are only noted in its schema."""
    labels = set(tenant_labels())
    return {(app, name) for app, name in migrations if app in labels}


def drop_structure(schema: str) -> None:
    """Drop a structure that was made for an older archive; the template stays."""
    if schema != TEMPLATE_SCHEMA:
        drop_schema(schema)


def _ends_of(executor: MigrationExecutor, wanted: Migrations) -> list[tuple[str, str]]:
    """The wanted migrations that no other wanted one depends on."""
    graph = executor.loader.graph
    known = {key for key in graph.nodes if key in wanted}
    return sorted(key for key in known if not any(child.key in known for child in graph.node_map[key].children))


def restore_rows(*, reader: ArchiveReader, schema: str, structure: str) -> None:
    """Make `schema` from `structure`, fill it and compare every table with the manifest. One transaction, the caller's.

    Raises ArchiveError when anything differs, and the database's error for rows that break a constraint.
    """
    manifest = reader.manifest
    with owner_scope(PUBLIC_SCHEMA):
        clone_structure(schema, source=structure)
    with owner_scope(schema):
        settle_the_text()
        tables = {table.name: table for table in tables_of(schema)}
        _compare_structure(manifest, {name: set(table.columns) for name, table in tables.items()})
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for entry in manifest.tables:
            load_rows(tables[entry.name], entry.columns, reader.table(entry))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        set_sequences(schema, manifest.sequences)
        verify_rows(manifest, schema)


def _compare_structure(manifest: Manifest, found: dict[str, set[str]]) -> None:
    told = {entry.name: set(entry.columns) for entry in manifest.tables}
    if told != found:
        strange = sorted(name for name in told.keys() | found.keys() if told.get(name) != found.get(name))
        raise ArchiveError(f"The archive's tables are not those of its migrations: {', '.join(strange)}.")


def verify_rows(manifest: Manifest, schema: str) -> None:
    """Compute rows and hashes of every table and every sequence again and compare. Raises ArchiveError."""
    tables = {table.name: table for table in tables_of(schema)}
    wrong = [
        entry.name
        for entry in manifest.tables
        if hash_rows(tables[entry.name], entry.columns) != (entry.rows, entry.sha256)
    ]
    if sequences_of(schema) != manifest.sequences:
        wrong.append("sequences")
    if wrong:
        raise ArchiveError(f"What was restored is not what was archived: {', '.join(wrong)}.")


def restore_files(reader: ArchiveReader, commune: CommuneRef) -> None:
    """Put the files into the commune's storage, each only after it was checked whole. May run twice."""
    with owner_scope(commune.schema, commune):
        for entry in reader.manifest.files:
            _restore_file(entry, reader.file(entry))


def _restore_file(entry: FileEntry, chunks: Iterable[bytes]) -> None:
    with tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024) as content:
        for chunk in chunks:
            content.write(chunk)
        content.seek(0)
        if default_storage.exists(entry.path):
            default_storage.delete(entry.path)
        name = default_storage.save(entry.path, File(content))
    if name != entry.path:
        default_storage.delete(name)
        raise ArchiveError(f"The file {entry.path} could not be stored under its name.")
