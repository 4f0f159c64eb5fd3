"""Readable exports that a commune's administrators order, and that wait for them for some days."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenants.communes.archives.actions import reason_of
from tenants.communes.archives.export import NOT_ARCHIVED
from tenants.communes.archives.readable.package import write_readable
from tenants.communes.audit import record_act
from tenants.communes.models import ReadableExport
from tenants.communes.scope import owner_scope, public_scope, require_commune

log = structlog.get_logger(__name__)
State = ReadableExport.State
# a task that was lost is sent again by the night
LOST_AFTER = timedelta(hours=1)


def order_readable_export(*, actor: Any) -> ReadableExport:
    """Order an export of the current commune; one that is being made already is the answer to a second order."""
    from tenants.communes.archives.readable.tasks import make_readable

    commune = require_commune()
    with public_scope(), transaction.atomic():
        export, is_new = ReadableExport.objects.get_or_create(
            commune_id=commune.id, state=State.WAITING, defaults={"requested_by": actor.email}
        )
        if is_new:
            record_act(actor=actor, verb="commune.readable_export", target=commune.schema)
    if is_new:
        transaction.on_commit(lambda: make_readable.delay(schema=commune.schema, export_id=str(export.pk)))
    return export


def fulfil(*, export_id: UUID | str) -> str:
    """Make an ordered export and store it with the commune's files. An export that is made already is left alone."""
    ordered = exports_of_commune().filter(pk=export_id)
    with public_scope():
        export = ordered.first()
    if export is None or export.state != State.WAITING:
        return export.state if export else ""
    try:
        with transaction.atomic():
            _store(export)
    except Exception as error:  # noqa: BLE001 - whatever it is, who ordered must see that it failed
        log.error("readable_export.failed", error=type(error).__name__)
        export.state, export.problem = State.FAILED, reason_of(error)[:300]
    with public_scope():
        export.finished_at = timezone.now()
        export.save()
    return export.state


def _store(export: ReadableExport) -> None:
    name = f"{NOT_ARCHIVED}{export.pk}.zip"
    with tempfile.TemporaryFile() as content:
        write_readable(content)
        export.size = content.tell()
        content.seek(0)
        default_storage.delete(name)
        export.path = default_storage.save(name, File(content))
    export.state = State.DONE
    export.expires_at = timezone.now() + timedelta(days=settings.EXPORT_DAYS)


def exports_of_commune() -> QuerySet[ReadableExport]:
    """The exports of the current commune, newest first. Evaluate it in `public_scope`."""
    return ReadableExport.objects.filter(commune_id=require_commune().id)


def readable_exports_for_staff() -> list[ReadableExport]:
    """What administrators see of their exports, newest first."""
    exports = exports_of_commune()
    with public_scope():
        return list(exports[:20])


def readable_export_to_download(key: UUID) -> ReadableExport | None:
    """An export of the current commune that is ready and has not expired."""
    exports = exports_of_commune()
    with public_scope():
        return exports.filter(pk=key, state=State.DONE, expires_at__gt=timezone.now()).first()


def expire_exports() -> int:
    """Remove the files of exports whose days are over; returns how many. As the owner."""
    with public_scope():
        over = list(
            ReadableExport.objects.select_related("commune").filter(state=State.DONE, expires_at__lte=timezone.now())
        )
    for export in over:
        with owner_scope(export.commune.schema_name, export.commune.ref()):
            default_storage.delete(export.path)
        with public_scope():
            ReadableExport.objects.filter(pk=export.pk).update(state=State.EXPIRED, path="")
    return len(over)


def lost_exports() -> list[tuple[str, str]]:
    """Orders that nobody seems to work on, as (schema, key)."""
    with public_scope():
        lost = ReadableExport.objects.filter(state=State.WAITING, created_at__lt=timezone.now() - LOST_AFTER)
        return [(schema, str(key)) for schema, key in lost.values_list("commune__schema_name", "pk")]
