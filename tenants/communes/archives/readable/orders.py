"""Readable exports that a commune's administrators order, and that wait for them for some days."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.communes.archives.export import NOT_ARCHIVED
from tenants.communes.archives.readable.package import write_readable
from tenants.communes.audit import record_act
from tenants.communes.models import ReadableExport
from tenants.communes.reasons import reason_of
from tenants.communes.scope import owner_scope, public_scope, require_commune
from tenants.communes.storage import commune_files

log = structlog.get_logger(__name__)
State = ReadableExport.State
# a task that was lost is sent again by the night
LOST_AFTER = timedelta(hours=1)
# an order that nobody could make until then blocks no further one
GIVEN_UP_AFTER = timedelta(days=3)


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
        order = {"schema": commune.schema, "export_id": str(export.pk)}
        transaction.on_commit(lambda: make_readable.delay(**order), robust=True)  # a lost one is found by its row
    return export


def fulfil(*, export_id: UUID | str) -> None:
    """Pack an ordered export; after the transaction it is stored with the commune's files, and marked.

    Storing may take longer than a transaction may be idle, so it has none. One that is made already is left alone.
    """
    ordered = exports_of_commune().filter(pk=export_id)
    with public_scope():
        export = ordered.first()
    if export is None or export.state != State.WAITING:
        return
    content = tempfile.TemporaryFile()  # noqa: SIM115 - who stores it closes it
    try:
        with transaction.atomic():
            write_readable(content)
    except Exception as error:  # noqa: BLE001 - whatever it is, who ordered must see that it failed
        content.close()
        problem = _problem(error)
        transaction.on_commit(lambda: _mark(export, state=State.FAILED, problem=problem))
    else:
        transaction.on_commit(lambda: _store(export, content))


def _store(export: ReadableExport, content: IO[bytes]) -> None:
    """Put a packed export where it is fetched, without a transaction, and close it."""
    name = f"{NOT_ARCHIVED}{export.pk}.zip"
    try:
        with content:
            size = content.seek(0, os.SEEK_END)
            content.seek(0)
            commune_files().erase(name)
            path = default_storage.save(name, File(content))
    except Exception as error:  # noqa: BLE001 - as above
        _mark(export, state=State.FAILED, problem=_problem(error))
        return
    over = timezone.now() + timedelta(days=settings.EXPORT_DAYS)
    if not _mark(export, state=State.DONE, path=path, size=size, expires_at=over):
        # deleted or given up meanwhile; delivered twice, the other has stored the same under the same name
        with public_scope():
            is_there = ReadableExport.objects.filter(pk=export.pk, state=State.DONE).exists()
        if not is_there:
            commune_files().erase(path)


def _problem(error: Exception) -> str:
    log.error("readable_export.failed", error=type(error).__name__)
    return reason_of(error)[:300]


def _mark(export: ReadableExport, **outcome: Any) -> bool:
    """Note how a waiting order ended, in a transaction of its own; returns whether it was waiting still."""
    with public_scope(), transaction.atomic():
        waiting = ReadableExport.objects.filter(pk=export.pk, state=State.WAITING)
        return bool(waiting.update(finished_at=timezone.now(), **outcome))


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
    """Remove the files of exports whose days are over; returns how many. As the owner.

    One that can't be removed stops no other. Raises RuntimeError at the end, when there was one.
    """
    with public_scope():
        over = list(
            ReadableExport.objects.select_related("commune").filter(state=State.DONE, expires_at__lte=timezone.now())
        )
    failed = 0
    for export in over:
        try:
            _expire(export)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            log.error("readable_export.kept", commune=export.commune.schema_name, reason=reason_of(error))
            failed += 1
    if failed:
        raise RuntimeError(f"{failed} of {len(over)} exports whose days are over could not be removed.")
    return len(over)


def _expire(export: ReadableExport) -> None:
    with owner_scope(export.commune.schema_name, export.commune.ref()):
        commune_files().erase(export.path)
    with public_scope():
        ReadableExport.objects.filter(pk=export.pk).update(state=State.EXPIRED, path="")


def give_up_exports() -> int:
    """Mark orders that nobody could make for days as failed, so that a new one can be placed; returns how many."""
    with public_scope():
        lost = ReadableExport.objects.filter(state=State.WAITING, created_at__lt=timezone.now() - GIVEN_UP_AFTER)
        problem = _("In drei Tagen nicht gelungen. Bestellen Sie noch einmal.")
        return lost.update(state=State.FAILED, problem=problem, finished_at=timezone.now())


def lost_exports() -> list[tuple[str, str]]:
    """Orders that nobody seems to work on, as (schema, key)."""
    with public_scope():
        lost = ReadableExport.objects.filter(state=State.WAITING, created_at__lt=timezone.now() - LOST_AFTER)
        return [(schema, str(key)) for schema, key in lost.values_list("commune__schema_name", "pk")]
