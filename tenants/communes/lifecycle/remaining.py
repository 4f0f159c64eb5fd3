"""What remains of a commune when everything else is gone: an archive, proven in the moment of the removal.

A proof of last spring says nothing about the file of today. So a removal proves again, holds the file while it works,
and reads it to the last byte before each step that takes what only the archive has then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.communes.archives.actions import archive_lock
from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.importing import ROWS, is_import
from tenants.communes.archives.proof import prove, prove_archive
from tenants.communes.archives.shelf import digest_of, shelf
from tenants.communes.models import Archive, Commune, CommuneState, ProvisioningRun
from tenants.communes.reasons import reason_of
from tenants.communes.scope import public_scope

log = structlog.get_logger(__name__)
Digest = tuple[int, str]


class ArchiveUnprovenError(Exception):
    """The archive that would remain could not be proven, so the commune stays as it is. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """What remains. `told` is for the record; `check` reads it once more and raises ArchiveUnprovenError."""

    told: dict[str, Any] = field(default_factory=dict)
    check: Callable[[], None] = lambda: None


def final_archive_of(commune: Commune) -> Archive | None:
    """The archive that a commune was archived with: its newest final one that has a file."""
    with public_scope():
        return Archive.objects.filter(commune=commune, kind=Archive.Kind.FINAL).exclude(path="").first()


@contextmanager
def what_remains(commune: Commune) -> Iterator[Remaining]:
    """Prove what will remain of `commune`, by restoring it, and hold it fast until the block ends.

    Takes as long as a restore; not inside a transaction. A commune that was never opened has nothing of its own: for
    one whose rows came from an archive that archive must be whole, for any other nothing remains. Raises
    ArchiveUnprovenError when there is no proof, FleetBusyError while somebody makes or chooses archives of it.
    """
    with archive_lock(commune):
        run = _import_with_rows(commune)
        if commune.state != CommuneState.ARCHIVED and run is None:
            yield Remaining({"archive": "", "why": "never opened"})
        elif run is not None and commune.state != CommuneState.ARCHIVED and _file_of(run).is_file():
            yield _proven_file(commune, _file_of(run), run.brief["archive"]["sha256"])
        else:
            archive = _archive_that_remains(commune, run)
            with _held(archive) as held:
                yield _proven_archive(commune, archive, held)


def _archive_that_remains(commune: Commune, run: ProvisioningRun | None) -> Archive:
    """The final archive; of a failed import whose file is lost, the newest that was made of it since."""
    archive = final_archive_of(commune)
    if archive is not None:
        return archive
    if commune.state == CommuneState.ARCHIVED or run is None:
        raise ArchiveUnprovenError(
            _("%(name)s hat kein Archiv zum Auszug. Erstellen Sie es noch einmal (commune archive %(slug)s).")
            % {"name": commune.name, "slug": commune.slug}
        )
    return _newest_on_shelf(commune, _file_of(run))


def _import_with_rows(commune: Commune) -> ProvisioningRun | None:
    with public_scope():
        runs = list(ProvisioningRun.objects.filter(commune=commune))
    return next((run for run in runs if is_import(run) and ROWS in run.finished_steps), None)


def _file_of(run: ProvisioningRun) -> Path:
    return Path(run.brief["archive"]["path"])


def _newest_on_shelf(commune: Commune, lost: Path) -> Archive:
    with public_scope():
        archive = Archive.objects.filter(commune=commune).exclude(path="").first()
    if archive is None:
        raise ArchiveUnprovenError(
            _(
                "%(name)s kam aus der Datei %(path)s, und die fehlt. Legen Sie die Datei zurück, oder machen Sie ein "
                "neues Archiv (commune export %(slug)s), und löschen Sie dann noch einmal."
            )
            % {"name": commune.name, "path": lost, "slug": commune.slug}
        )
    return archive


@contextmanager
def _held(archive: Archive) -> Iterator[Path]:
    """The archive's file under a name of ours. Raises ArchiveUnprovenError where it can't be reached."""
    held = shelf().held(archive.path)
    try:
        path = held.__enter__()
    except Exception as error:
        raise _unproven(archive, reason_of(error)) from error
    try:
        yield path
    finally:
        held.__exit__(None, None, None)


def _proven_archive(commune: Commune, archive: Archive, held: Path) -> Remaining:
    _check_shelf(archive, held)
    if prove_archive(archive).proven_at is None:
        raise _unproven(archive, archive.problem)
    if archive.kind != Archive.Kind.FINAL:
        # the last one of a commune is not taken with the others
        archive.kind = Archive.Kind.FINAL
        with public_scope():
            archive.save(update_fields=["kind"])
    log.info("removal.proven", commune=commune.schema_name, archive=archive.path)
    told = {"archive": archive.path, "sha256": archive.sha256, "size": archive.size, "rows": archive.rows}
    return Remaining(told | _moment(), lambda: _check_shelf(archive, held))


def _proven_file(commune: Commune, path: Path, sha256: str) -> Remaining:
    """The file that a failed import came from, proven like an archive on the shelf."""

    def check() -> None:
        try:
            found = digest_of(path)[1]
        except OSError as error:
            raise _lost_file(commune, path, reason_of(error)) from error
        if found != sha256:
            raise _lost_file(commune, path, _("Sie ist nicht mehr die, aus der eingelesen wurde."))

    check()
    try:
        with ArchiveReader(path) as reader:
            prove(reader, commune.ref())
    except Exception as error:
        raise _lost_file(commune, path, reason_of(error)) from error
    return Remaining({"archive": str(path), "sha256": sha256} | _moment(), check)


def _check_shelf(archive: Archive, held: Path) -> None:
    """Raise ArchiveUnprovenError unless the shelf holds, byte for byte, the archive that was made."""
    try:
        found: Digest | None = shelf().digest(archive.path)
    except FileNotFoundError:
        found = None
    except Exception as error:
        raise _unproven(archive, reason_of(error)) from error
    if found == (archive.size, archive.sha256):
        return
    if digest_of(held) == (archive.size, archive.sha256):
        # whoever took it away or laid another in its place did so while we held the right one
        shelf().put(archive.path, held)
        raise _unproven(archive, _("Die Datei war verschwunden oder vertauscht und liegt jetzt wieder an ihrem Platz."))
    raise _unproven(archive, _("Die Datei fehlt.") if found is None else _("Die Datei ist nicht mehr die, die es war."))


def _unproven(archive: Archive, problem: str) -> ArchiveUnprovenError:
    """The refusal, noted at the archive too, where the console shows it."""
    with public_scope():
        Archive.objects.filter(pk=archive.pk).update(proven_at=None, problem=problem)
    log.error("removal.unproven", archive=archive.path)
    return ArchiveUnprovenError(
        _(
            "Das Archiv %(path)s ist nicht bewiesen: %(problem)s Gelöscht wird nur, was sich aus seinem Archiv "
            "wiederherstellen lässt. Legen Sie die Datei zurück, oder erstellen Sie das Archiv noch einmal."
        )
        % {"path": archive.path, "problem": _sentence(problem)}
    )


def _lost_file(commune: Commune, path: Path, problem: str) -> ArchiveUnprovenError:
    return ArchiveUnprovenError(
        _(
            "%(name)s kam aus der Datei %(path)s, und die ist nicht bewiesen: %(problem)s Legen Sie sie unverändert "
            "zurück, und löschen Sie dann noch einmal."
        )
        % {"name": commune.name, "path": path, "problem": _sentence(problem)}
    )


def _sentence(problem: str) -> str:
    return problem if problem.endswith((".", "!", "?", "…")) else f"{problem}."


def _moment() -> dict[str, str]:
    return {"proven_at": timezone.now().isoformat(timespec="seconds")}
