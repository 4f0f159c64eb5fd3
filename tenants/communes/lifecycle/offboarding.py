"""Moving out: closing for good, changing one's mind, and the archive that ends it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tenants.communes.archives.actions import archive_lock, make_archive
from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.proof import prove_archive
from tenants.communes.archives.shelf import shelf
from tenants.communes.closed import copy_brand
from tenants.communes.models import Archive, Commune, CommuneState
from tenants.communes.scope import public_scope
from tenants.communes.states import TransitionError, change_state


class ArchiveUnprovenError(Exception):
    """The final archive could not be proven, so the commune stays as it is. The text says why."""


def begin_offboarding(*, commune: Commune, actor: Any, reason: str) -> Commune:
    """Close the portal because the commune leaves; its staff can still sign in and export. Twice changes nothing."""
    copy_brand(commune)
    return change_state(commune=commune, to=CommuneState.OFFBOARDING, actor=actor, reason=reason)


def cancel_offboarding(*, commune: Commune, actor: Any, reason: str) -> Commune:
    """Open the portal again because the commune stays after all. Raises TransitionError if it was not leaving."""
    _demand_offboarding(commune)
    return change_state(commune=commune, to=CommuneState.LIVE, actor=actor, reason=reason)


def archive_commune(*, commune: Commune, actor: Any, reason: str = "") -> Commune:
    """Make the final archive, prove that it restores, and only then call the commune archived.

    Takes as long as both do; not inside a transaction. Twice changes nothing; after a crash it is simply begun again.
    Raises TransitionError unless the commune is leaving, and ArchiveUnprovenError.
    """
    with public_scope():
        commune = Commune.objects.prefetch_related("domains").get(pk=commune.pk)
    if commune.state == CommuneState.ARCHIVED:
        return commune
    _demand_offboarding(commune)
    _demand_proof(prove_archive(make_archive(commune=commune, kind=Archive.Kind.FINAL, actor=actor)), commune)
    return change_state(commune=commune, to=CommuneState.ARCHIVED, actor=actor, reason=reason)


def archive_commune_as(*, commune: Commune, path: str, actor: Any, reason: str) -> Commune:
    """Call the commune archived by an archive that is on the shelf already: what its schema holds now is damaged.

    The archive is proven unless it was; one that was must lie there unchanged. It becomes the final one, which a
    deletion leaves. Not inside a transaction; twice changes nothing. Raises TransitionError unless the commune is
    leaving, ArchiveError for an archive that is not the commune's, FleetBusyError while another is being made, and
    ArchiveUnprovenError.
    """
    with archive_lock(commune):
        with public_scope():
            commune = Commune.objects.get(pk=commune.pk)
            archive = Archive.objects.filter(commune=commune, path=path).exclude(path="").first()
        if archive is None:
            raise ArchiveError(
                f"{commune.name} has no archive {path}. `rathausplatz commune archives {commune.slug}` lists them."
            )
        if commune.state == CommuneState.ARCHIVED and archive.kind == Archive.Kind.FINAL:
            return commune
        _demand_offboarding(commune)
        _demand_proof(archive if _is_proven_still(archive) else prove_archive(archive), commune)
        with public_scope(), transaction.atomic():
            Archive.objects.filter(pk=archive.pk).update(kind=Archive.Kind.FINAL)
            why = f"{reason} ({path}, SHA-256 {archive.sha256})"
            return change_state(commune=commune, to=CommuneState.ARCHIVED, actor=actor, reason=why)


def _is_proven_still(archive: Archive) -> bool:
    if archive.proven_at is None:
        return False
    try:
        with shelf().fetched(archive.path) as path, ArchiveReader(path) as reader:
            return reader.sha256 == archive.sha256
    except (ArchiveError, FileNotFoundError):
        return False


def _demand_proof(archive: Archive, commune: Commune) -> None:
    if archive.proven_at is None:
        raise ArchiveUnprovenError(
            _("Das Archiv von %(name)s ließ sich nicht wiederherstellen: %(problem)s")
            % {"name": commune.name, "problem": archive.problem}
        )


def _demand_offboarding(commune: Commune) -> None:
    if commune.state != CommuneState.OFFBOARDING:
        raise TransitionError(
            _("%(name)s ist nicht im Auszug, sondern „%(now)s“.")
            % {"name": commune.name, "now": commune.get_state_display()}
        )
