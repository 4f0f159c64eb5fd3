"""Moving out: closing for good, changing one's mind, and the archive that ends it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tenants.communes.archives.actions import archive_lock, make_archive
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.proof import prove_archive
from tenants.communes.audit import record_act
from tenants.communes.closed import copy_brand
from tenants.communes.lifecycle.remaining import ArchiveUnprovenError, final_archive_of
from tenants.communes.models import Archive, Commune, CommuneState
from tenants.communes.scope import public_scope
from tenants.communes.states import TransitionError, change_state

# seconds; a nightly archive that is being made, and a removal, hold the same lock
NIGHTLY_TAKES = 60.0


def begin_offboarding(*, commune: Commune, actor: Any, reason: str) -> Commune:
    """Close the portal because the commune leaves; its staff can still sign in and export. Twice changes nothing."""
    copy_brand(commune)
    return change_state(commune=commune, to=CommuneState.OFFBOARDING, actor=actor, reason=reason)


def cancel_offboarding(*, commune: Commune, actor: Any, reason: str) -> Commune:
    """Open the portal again because the commune stays after all. Raises TransitionError if it was not leaving."""
    demand_offboarding(commune)
    with public_scope(), transaction.atomic():
        stays = change_state(commune=commune, to=CommuneState.LIVE, actor=actor, reason=reason)
        Commune.objects.filter(pk=commune.pk).update(archive_ordered_at=None)
    return stays


def archive_commune(*, commune: Commune, actor: Any, reason: str = "") -> Commune:
    """Make the final archive, prove that it restores, and only then call the commune archived.

    Takes as long as both do; not inside a transaction. After a crash it is simply begun again. Twice proves the archive
    again, and makes another only where that fails. Raises TransitionError unless the commune is leaving, and
    ArchiveUnprovenError.
    """
    with public_scope():
        commune = Commune.objects.prefetch_related("domains").get(pk=commune.pk)
    if commune.state == CommuneState.ARCHIVED and _has_archive_still(commune):
        return commune
    demand_offboarding(commune)
    archive = make_archive(commune=commune, kind=Archive.Kind.FINAL, actor=actor)
    _demand_proof(prove_archive(archive), commune)
    with archive_lock(commune, wait=NIGHTLY_TAKES):
        return _call_archived(commune, archive, actor, reason)


def archive_commune_as(*, commune: Commune, path: str, actor: Any, reason: str) -> Commune:
    """Call the commune archived by an archive that is on the shelf already: what its schema holds now is damaged.

    The archive is proven now, whatever it was before. It becomes the final one, which a deletion leaves. Not inside a
    transaction; twice only proves it again. Raises TransitionError unless the commune is leaving, ArchiveError for an
    archive that is not the commune's, FleetBusyError while another is being made, and ArchiveUnprovenError.
    """
    with archive_lock(commune):
        with public_scope():
            commune = Commune.objects.get(pk=commune.pk)
            archive = Archive.objects.filter(commune=commune, path=path).exclude(path="").first()
        if archive is None:
            raise ArchiveError(
                f"{commune.name} has no archive {path}. `rathausplatz commune archives {commune.slug}` lists them."
            )
        demand_offboarding(commune)
        _demand_proof(prove_archive(archive), commune)
        if commune.state == CommuneState.ARCHIVED and archive == final_archive_of(commune):
            return commune
        return _call_archived(commune, archive, actor, f"{reason} ({path}, SHA-256 {archive.sha256})")


def _has_archive_still(commune: Commune) -> bool:
    archive = final_archive_of(commune)
    return archive is not None and prove_archive(archive).proven_at is not None


def _call_archived(commune: Commune, archive: Archive, actor: Any, reason: str) -> Commune:
    """The commune is archived, and this is its one final archive: a removal rests on it and leaves it."""
    with public_scope(), transaction.atomic():
        if Commune.objects.filter(pk=commune.pk, removal_began_at__isnull=False).exists():
            raise TransitionError(_("%(name)s wird gerade gelöscht.") % {"name": commune.name})
        others = Archive.objects.filter(commune=commune, kind=Archive.Kind.FINAL).exclude(pk=archive.pk)
        others.update(kind=Archive.Kind.MANUAL)
        Archive.objects.filter(pk=archive.pk).update(kind=Archive.Kind.FINAL)
        Commune.objects.filter(pk=commune.pk).update(archive_ordered_at=None)
        if commune.state == CommuneState.ARCHIVED:
            record_act(
                actor=actor, verb="commune.archived_again", target=commune.schema_name, detail={"reason": reason}
            )
        return change_state(commune=commune, to=CommuneState.ARCHIVED, actor=actor, reason=reason)


def _demand_proof(archive: Archive, commune: Commune) -> None:
    if archive.proven_at is None:
        raise ArchiveUnprovenError(
            _("Das Archiv von %(name)s ließ sich nicht wiederherstellen: %(problem)s")
            % {"name": commune.name, "problem": archive.problem}
        )


def demand_offboarding(commune: Commune) -> None:
    """Raise TransitionError unless it leaves, or was archived already (by an archive that may be whole no more)."""
    if commune.state not in (CommuneState.OFFBOARDING, CommuneState.ARCHIVED):
        raise TransitionError(
            _("%(name)s ist nicht im Auszug, sondern „%(now)s“.")
            % {"name": commune.name, "now": commune.get_state_display()}
        )
