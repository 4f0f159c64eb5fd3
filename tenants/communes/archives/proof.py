"""The proof that an archive restores: into a scratch schema, every row and file compared, the rooms asked."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import structlog
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.restore import check_origin, drop_structure, restore_rows, structure_for
from tenants.communes.archives.shelf import shelf
from tenants.communes.caching import forget_entries
from tenants.communes.lifecycle.dropping import drop_role, drop_schema
from tenants.communes.models import Archive, Commune
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA
from tenants.communes.reasons import reason_of
from tenants.communes.registry import Registry
from tenants.communes.roles import role_of
from tenants.communes.scope import MAIN, PUBLIC_SCHEMA, CommuneRef, commune_scope, owner_scope, public_scope
from tenants.communes.storage import commune_files

log = structlog.get_logger(__name__)
# what a room asks of a restored commune, in its scope and with its role; whatever is raised disproves the archive
smoke_checks: Registry[Callable[[], None]] = Registry("smoke checks of a restored commune")
SCRATCH = "scratch_proof_"


def prove_archive(archive: Archive) -> Archive:
    """Restore an archive into a scratch schema, compare, ask every room, and note the moment or the problem.

    Not inside a transaction. A failure is noted, not raised: `archive.proven_at` tells.
    """
    with public_scope():
        commune = Commune.objects.prefetch_related("domains").get(pk=archive.commune_id)
    try:
        with shelf().fetched(archive.path) as path, ArchiveReader(path) as reader:
            if reader.sha256 != archive.sha256:
                raise ArchiveError("The file on the shelf is not the one that was made.")
            prove(reader, commune.ref())
    except Exception as error:  # noqa: BLE001 - whatever it is, it disproves the archive and is noted
        archive.proven_at, archive.problem = None, reason_of(error)
        log.error("archive.disproved", commune=commune.schema_name, error=type(error).__name__)
    else:
        archive.proven_at, archive.problem = timezone.now(), ""
        log.info("archive.proven", commune=commune.schema_name)
    with public_scope():
        archive.save(update_fields=["proven_at", "problem"])
    return archive


def prove(reader: ArchiveReader, commune: CommuneRef) -> None:
    """Restore, compare and ask. Raises whatever is wrong; leaves nothing behind."""
    check_origin(reader.manifest)
    structure = structure_for(reader.manifest)
    schema = f"{SCRATCH}{int(time.time()):x}_{secrets.token_hex(3)}"
    with _gone_afterwards(schema):
        with transaction.atomic():
            restore_rows(reader=reader, schema=schema, structure=structure)
        for entry in reader.manifest.files:
            for _chunk in reader.file(entry):
                pass
        # an older level's tables are not those of this code: it can be asked once it was migrated
        if structure == TEMPLATE_SCHEMA:
            # restored beside the shared tables, in whichever cell the commune lives
            ask_rooms(replace(commune, schema=schema, cell=MAIN))
    drop_structure(structure)


def ask_rooms(commune: CommuneRef) -> None:
    """Read of every table with this code, and ask each room, without leaving anything. Raises whatever is wrong."""
    with commune_scope(commune):
        for config in apps.get_app_configs():
            if config.name in settings.TENANT_APPS:
                for model in config.get_models():
                    model._default_manager.order_by("pk").first()
        for _name, check in smoke_checks.items():
            check()
        transaction.set_rollback(True)


@contextmanager
def _gone_afterwards(schema: str) -> Iterator[None]:
    try:
        yield
    finally:
        drop_scratch(schema)


def drop_scratch(schema: str) -> None:
    """Take away a scratch schema and what asking it left in caches and storage."""
    drop_schema(schema)
    drop_role(role_of(schema))
    forget_entries(schema)
    with owner_scope(schema):
        commune_files().clear()


def tidy_scratch(*, older_than: timedelta = timedelta(hours=6)) -> int:
    """Drop scratch schemas that a killed process left; names or comments tell when they were begun."""
    with owner_scope(PUBLIC_SCHEMA), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname, coalesce(obj_description(oid, 'pg_namespace'), '0') FROM pg_namespace"
            " WHERE starts_with(nspname::text, 'scratch_')"
        )
        found = cursor.fetchall()
    begun = {name: int(name.split("_")[2], 16) if name.startswith(SCRATCH) else int(comment) for name, comment in found}
    old = [name for name, moment in begun.items() if moment <= time.time() - older_than.total_seconds()]
    for schema in old:
        drop_scratch(schema)
    return len(old)
