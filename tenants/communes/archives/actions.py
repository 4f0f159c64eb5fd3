"""What can be done with archives: make one, prove it, let go of old ones."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.communes.archives.export import Written, write_archive
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.shelf import making, shelf, tidy_workshop
from tenants.communes.audit import record_act
from tenants.communes.models import Archive, ArchiveIntent, Commune
from tenants.communes.reasons import reason_of
from tenants.communes.rollouts.locks import fleet_lock
from tenants.communes.scope import public_scope

log = structlog.get_logger(__name__)
# seconds; a process that was killed a moment ago holds its lock until PostgreSQL notices
PATIENCE = 5.0


def archive_lock(commune: Commune, *, wait: float = PATIENCE) -> AbstractContextManager[None]:
    """Held by whoever thins out or chooses archives of a commune, or removes what they hold.

    Raises FleetBusyError while another does, after `wait` seconds.
    """
    return fleet_lock(f"archive {commune.schema_name}", wait=wait)


def make_archive(*, commune: Commune, kind: str = Archive.Kind.MANUAL, actor: Any = None) -> Archive:
    """Write the archive of a commune to the shelf and enter it. Not inside a transaction; twice makes two.

    A crash leaves a file in the workshop, or one on the shelf whose intent is known; the next tidying removes either.
    It never leaves a row without its archive.
    """
    place, name = shelf(), f"{commune.schema_name}/{timezone.now():%Y%m%dT%H%M%S%fZ}-{kind}.zip"
    with making() as (stream, path):
        written = write_archive(commune=commune, target=stream)
        os.fsync(stream.fileno())
        with public_scope(), transaction.atomic(durable=True):
            ArchiveIntent.objects.create(path=name)
        place.put(name, path)
    with public_scope(), transaction.atomic():
        archive = _enter(commune, kind, name, written)
        if kind != Archive.Kind.NIGHTLY:
            record_act(
                actor=actor, verb="commune.exported", target=commune.schema_name, detail={"sha256": written.sha256}
            )
    log.info("archive.made", commune=commune.schema_name, kind=kind, rows=archive.rows, size=archive.size)
    return archive


def _enter(commune: Commune, kind: str, name: str, written: Written) -> Archive:
    """The row of an archive in place of its intent. Raises ArchiveError when the tidying was quicker."""
    fulfilled, _models = ArchiveIntent.objects.filter(path=name).delete()
    if not fulfilled:
        raise ArchiveError(f"Putting {name} on the shelf took so long that it was tidied away.")
    return Archive.objects.create(
        commune=commune,
        kind=kind,
        path=name,
        size=written.size,
        sha256=written.sha256,
        level=written.manifest.level,
        rows=written.manifest.rows,
        files=len(written.manifest.files),
    )


def export_commune(*, commune: Commune, to: Path, actor: Any = None) -> Written:
    """Write the archive of a commune to the file `to`, which appears whole or not at all. Not inside a transaction."""
    unfinished = to.with_name(f"{to.name}.unfinished")
    try:
        with open(unfinished, "wb", opener=owner_only) as stream:
            written = write_archive(commune=commune, target=stream)
            os.fsync(stream.fileno())
        os.replace(unfinished, to)
    finally:
        unfinished.unlink(missing_ok=True)
    with public_scope():
        record_act(actor=actor, verb="commune.exported", target=commune.schema_name, detail={"sha256": written.sha256})
    return written


def owner_only(path: str, flags: int) -> int:
    """Open a file that nobody else may read: an `opener` for `open`."""
    return os.open(path, flags, 0o600)


def delete_archive(archive: Archive) -> None:
    """Take an archive off the shelf and out of the list. May run twice."""
    if archive.path:
        shelf().delete(archive.path)
    with public_scope():
        Archive.objects.filter(pk=archive.pk).delete()


def thin_out(commune: Commune) -> int:
    """Keep the last ARCHIVE_KEEP nightly archives and always the newest proven one; returns how many went."""
    _note_missing(commune)
    with public_scope():
        nightly = list(Archive.objects.filter(commune=commune, kind=Archive.Kind.NIGHTLY))
    kept = {archive.pk for archive in [a for a in nightly if a.path][: settings.ARCHIVE_KEEP]}
    kept |= {archive.pk for archive in [a for a in nightly if a.proven_at][:1]}
    gone = [archive for archive in nightly if archive.pk not in kept]
    # a failure is told until an archive was made after it
    newest = next((archive.pk for archive in nightly[:1] if not archive.path), None)
    gone = [archive for archive in gone if archive.pk != newest]
    for archive in gone:
        delete_archive(archive)
    return len(gone)


def _note_missing(commune: Commune) -> None:
    """What is not on the shelf any more counts for nothing: no other archive goes because of it, and it is told."""
    with public_scope():
        listed = Archive.objects.filter(commune=commune, kind=Archive.Kind.NIGHTLY).exclude(path="")
        standing = set(shelf().names(f"{commune.schema_name}/"))
        missing = [archive.pk for archive in listed if archive.path not in standing]
        problem = _("Die Datei liegt nicht mehr an ihrem Platz.")
        Archive.objects.filter(pk__in=missing).update(path="", proven_at=None, problem=problem)
    if missing:
        log.error("archive.missing", commune=commune.schema_name, archives=len(missing))


def tidy_shelf(*, older_than: timedelta = timedelta(hours=6)) -> int:
    """Remove what crashes left: half-written files, and those that were meant for the shelf and never entered.

    A file is never removed for being unknown: it may be an archive of a database that was reset to an earlier moment,
    or of another installation. How many such files there are is logged.
    """
    removed = tidy_workshop()
    with public_scope():
        before = timezone.now() - older_than
        forgotten = list(ArchiveIntent.objects.filter(created_at__lte=before).values_list("pk", flat=True))
    removed += sum(_tidy_intent(key) for key in forgotten)
    if removed:
        log.info("archive.tidied", leftovers=removed)
    if unknown := _unknown_on_shelf():
        log.warning("archive.unknown_on_shelf", files=unknown)
    return removed


def _tidy_intent(key: int) -> bool:
    """Remove the file of an intent, and the intent. Whoever is entering the archive right now waits, or came first."""
    with public_scope(), transaction.atomic():
        intent = ArchiveIntent.objects.select_for_update().filter(pk=key).first()
        if intent is None:
            return False
        shelf().delete(intent.path)
        intent.delete()
    return True


def _unknown_on_shelf() -> int:
    standing = set(shelf().names(""))
    with public_scope():
        known = set(Archive.objects.exclude(path="").values_list("path", flat=True))
        known |= set(ArchiveIntent.objects.values_list("path", flat=True))
    return len(standing - known)


def note_failure(*, commune: Commune, kind: str, error: Exception) -> Archive:
    """Enter that an archive could not be made, so that somebody sees it."""
    problem = reason_of(error)
    log.error("archive.failed", commune=commune.schema_name, error=type(error).__name__)
    with public_scope():
        return Archive.objects.create(
            commune=commune, kind=kind, path="", size=0, sha256="", level=0, rows=0, files=0, problem=problem
        )
