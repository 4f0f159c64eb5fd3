"""Bringing an archive in: a commune that was elsewhere, or was here once, in steps that the next run completes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tenants.communes.actions import CommuneOrder, request_commune
from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.proof import ask_rooms
from tenants.communes.archives.restore import (
    check_origin,
    drop_structure,
    restore_files,
    restore_rows,
    structure_for,
)
from tenants.communes.caching import forget_entries
from tenants.communes.domains.followers import host_followers
from tenants.communes.models import Commune, CommuneState, ProvisioningRun
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA, TemplateBusyError
from tenants.communes.reasons import reason_of
from tenants.communes.registry import Registry
from tenants.communes.rollouts.locks import fleet_lock
from tenants.communes.rollouts.migrating import Mover, Orders, survey
from tenants.communes.rollouts.releases import newest_level
from tenants.communes.scope import MAIN, commune_scope, public_scope
from tenants.communes.states import change_state

log = structlog.get_logger(__name__)
PATIENCE = 5.0
# what a room says to the operator about a commune that came in, in its scope; "" when there is nothing to do
after_import: Registry[Callable[[], str]] = Registry("what rooms say after an import")
ROWS, FILES, MIGRATE, ADDRESS, OPEN = IMPORT_STEPS = ("rows", "files", "migrate", "address", "open")


def import_commune(*, path: Path, slug: str = "", actor: Any = None) -> ProvisioningRun:
    """Bring the commune of an archive in, or complete what an earlier attempt with the same file began.

    `slug` gives it another address than it had. Another file takes the place of one whose rows were refused. Every
    part is read before anything is made. Not inside a transaction. Raises ArchiveError for a file that can't be
    brought in, ValidationError for a name, key or address that is taken; then nothing was made.
    """
    with ArchiveReader(path) as reader:
        run = _run_of(reader, slug)
        if run is None:
            check_origin(reader.manifest)
            reader.check_all()
            run = _refused_before(reader, slug) or _request(reader, slug, actor)
    return complete_import(run_id=run.pk, actor=actor)


def _key(reader: ArchiveReader, slug: str) -> str:
    return f"import:{reader.sha256[:24]}:{slug or reader.manifest.commune.slug}"


def _run_of(reader: ArchiveReader, slug: str) -> ProvisioningRun | None:
    """The run that an earlier attempt began, unless its commune was deleted since."""
    with public_scope():
        found = ProvisioningRun.objects.filter(key=_key(reader, slug)).select_related("commune").first()
        if found is not None and found.commune.state == CommuneState.DELETED:
            ProvisioningRun.objects.filter(pk=found.pk).update(key=None)
            return None
    return found


def _refused_before(reader: ArchiveReader, slug: str) -> ProvisioningRun | None:
    """The failed import of the same commune from another file, with this one in its place; None without one.

    Raises ArchiveError where that one's rows are in, or where it has another address.
    """
    told = reader.manifest.commune
    same = Q(commune__ars=told.ars) if told.ars else Q(commune__official_name__iexact=told.official_name)
    with public_scope(), transaction.atomic():
        waiting = ProvisioningRun.objects.select_for_update(of=("self",)).filter(
            same, brief__has_key="archive", commune__state=CommuneState.BROKEN, commune__removal_began_at=None
        )
        run = waiting.exclude(state=ProvisioningRun.State.DONE).select_related("commune").first()
        if run is None:
            return None
        if ROWS in run.finished_steps or run.commune.slug != (slug or told.slug):
            raise ArchiveError(
                f"An import of {run.commune.name} from {run.brief['archive']['path']} as {run.commune.slug!r} was not "
                f"completed. Complete it with that file, or delete it (`rathausplatz commune delete "
                f"{run.commune.slug}`) before you bring in another."
            )
        _name_archive(run, reader)
        run.key, run.error = _key(reader, slug), ""
        run.save(update_fields=["brief", "key", "error"])
        Commune.objects.filter(pk=run.commune_id).update(name=told.name, brand=told.brand, tags=told.tags)
    return run


def _name_archive(run: ProvisioningRun, reader: ArchiveReader) -> None:
    run.brief = {"archive": {"path": str(reader.path.resolve()), "sha256": reader.sha256}}


def _request(reader: ArchiveReader, slug: str, actor: Any) -> ProvisioningRun:
    told = reader.manifest.commune
    order = CommuneOrder(
        official_name=told.official_name,
        slug=slug or told.slug,
        ars=told.ars,
        kind=told.kind,
        land=told.land,
        postcode=told.postcode,
        inhabitants=told.inhabitants,
        cell=MAIN,  # archives are restored there; from there a commune can move
    )
    with public_scope(), transaction.atomic():
        run = request_commune(order=order, actor=actor, key=_key(reader, slug))
        _name_archive(run, reader)
        run.save(update_fields=["brief"])
        Commune.objects.filter(pk=run.commune_id).update(name=told.name, brand=told.brand, tags=told.tags)
    return run


def is_import(run: ProvisioningRun) -> bool:
    """Whether a run brings an archive in; any other makes a new commune."""
    return "archive" in run.brief


def complete_import(*, run_id: Any, actor: Any = None) -> ProvisioningRun:
    """Do what is left of an import. Each step commits with its mark; an error is kept in the run and raised.

    Raises FleetBusyError while another process is at the same import, TemplateBusyError while a release changes the
    template; the run then waits as before.
    """
    with fleet_lock(f"import {run_id}", wait=PATIENCE):
        return _complete(run_id, actor)


def _complete(run_id: Any, actor: Any) -> ProvisioningRun:
    run = _begin(run_id, actor)
    if run.state == ProvisioningRun.State.DONE:
        return run
    try:
        with _opened(run) as reader:
            _walk(run, reader, actor)
    except TemplateBusyError:
        raise
    except Exception as error:
        _fail(run, error, actor)
        raise
    run.brief = run.brief | {"notes": _notes(run.commune)}
    with public_scope():
        run.state, run.step, run.finished_at = ProvisioningRun.State.DONE, "", timezone.now()
        run.save(update_fields=["state", "step", "finished_at", "brief"])
    log.info("import.done", commune=run.commune.schema_name, attempts=run.attempts)
    return run


def _notes(commune: Commune) -> list[str]:
    with commune_scope(commune.ref()):
        return [said for _name, say in after_import.items() if (said := say())]


def _begin(run_id: Any, actor: Any) -> ProvisioningRun:
    with public_scope(), transaction.atomic():
        run = ProvisioningRun.objects.select_for_update().get(pk=run_id)
        if run.state != ProvisioningRun.State.DONE:
            run.state, run.error, run.attempts = ProvisioningRun.State.RUNNING, "", run.attempts + 1
            run.save()
            commune = Commune.objects.get(pk=run.commune_id)
            if commune.state in (CommuneState.REQUESTED, CommuneState.BROKEN):
                change_state(commune=commune, to=CommuneState.PROVISIONING, actor=actor)
        run.commune = Commune.objects.prefetch_related("domains").get(pk=run.commune_id)
    return run


def _opened(run: ProvisioningRun) -> ArchiveReader:
    path = Path(run.brief["archive"]["path"])
    if not path.is_file():
        raise ArchiveError(f"The archive {path} is gone. Put it back and run the import again.")
    reader = ArchiveReader(path)
    if reader.sha256 != run.brief["archive"]["sha256"]:
        reader.close()
        raise ArchiveError(f"The file {path} is not the one that this import began with.")
    return reader


def _walk(run: ProvisioningRun, reader: ArchiveReader, actor: Any) -> None:
    commune = run.commune
    ref = commune.ref()
    if ROWS not in run.finished_steps:
        _restore_rows(run, reader)
    if FILES not in run.finished_steps:
        restore_files(reader, ref)
        _mark(run, FILES)
    if MIGRATE not in run.finished_steps:
        if _migrate(commune):
            ask_rooms(ref)
        _mark(run, MIGRATE)
    if ADDRESS not in run.finished_steps:
        with commune_scope(ref):
            for follow in host_followers():
                follow(ref)
            _mark(run, ADDRESS)
    if OPEN not in run.finished_steps:
        _open(run, reader, actor)


def _open(run: ProvisioningRun, reader: ArchiveReader, actor: Any) -> None:
    commune = run.commune
    with public_scope(), transaction.atomic():
        Commune.objects.filter(pk=commune.pk).update(release=settings.RELEASE, level=newest_level())
        for state in (CommuneState.ONBOARDING, CommuneState.LIVE):
            change_state(commune=commune, to=state, actor=actor, reason=f"archive {reader.sha256[:12]}")
        _mark(run, OPEN)


def _restore_rows(run: ProvisioningRun, reader: ArchiveReader) -> None:
    """Rows come in whole or not at all; a second process waits here and finds them done."""
    structure = structure_for(reader.manifest)
    with public_scope(), transaction.atomic():
        locked = ProvisioningRun.objects.select_for_update().get(pk=run.pk)
        if ROWS not in locked.finished_steps:
            restore_rows(reader=reader, schema=run.commune.schema_name, structure=structure)
            # what this code can't read, or what contradicts itself, never comes in; an older level is asked later
            if structure == TEMPLATE_SCHEMA:
                ask_rooms(run.commune.ref())
            _mark(run, ROWS)
    forget_entries(run.commune.schema_name)
    drop_structure(structure)
    run.refresh_from_db(fields=["finished_steps"])


def _migrate(commune: Commune) -> bool:
    """Bring the schema of an older archive to this release's level; whether it was older. Goes on where it stopped."""
    behind = [position for position in survey([commune]) if position.is_behind]
    for position in behind:
        # Django's runner only where the archive's level is none of the recorded ones
        Mover({commune.pk: position}, Orders(runner="django")).make_work()(commune.ref())
    return bool(behind)


def _mark(run: ProvisioningRun, step: str) -> None:
    with public_scope():
        run.step, run.finished_steps = step, [*run.finished_steps, step]
        run.save(update_fields=["step", "finished_steps"])


def _fail(run: ProvisioningRun, error: Exception, actor: Any) -> None:
    with public_scope():
        run.refresh_from_db(fields=["finished_steps"])
        run.state, run.error = ProvisioningRun.State.FAILED, reason_of(error)
        run.save(update_fields=["state", "error"])
        change_state(commune=run.commune, to=CommuneState.BROKEN, actor=actor, reason=run.error)
    log.error("import.failed", commune=run.commune.schema_name, error=type(error).__name__)
