"""Moving out: closing for good, changing one's mind, and the archive that ends it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from tenants.communes.archives.actions import make_archive
from tenants.communes.archives.proof import prove_archive
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
    archive = prove_archive(make_archive(commune=commune, kind=Archive.Kind.FINAL, actor=actor))
    if archive.proven_at is None:
        raise ArchiveUnprovenError(
            _("Das Archiv von %(name)s ließ sich nicht wiederherstellen: %(problem)s")
            % {"name": commune.name, "problem": archive.problem}
        )
    return change_state(commune=commune, to=CommuneState.ARCHIVED, actor=actor, reason=reason)


def _demand_offboarding(commune: Commune) -> None:
    if commune.state != CommuneState.OFFBOARDING:
        raise TransitionError(
            _("%(name)s ist nicht im Auszug, sondern „%(now)s“.")
            % {"name": commune.name, "now": commune.get_state_display()}
        )
