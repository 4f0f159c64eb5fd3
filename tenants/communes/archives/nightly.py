"""Every night: each commune's archive, the proof of a sample, and the end of what crashed or expired."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from tenants.communes.archives.actions import archive_lock, delete_archive, make_archive, note_failure, thin_out
from tenants.communes.archives.proof import prove_archive
from tenants.communes.models import Archive, Commune, CommuneState
from tenants.communes.queries import communes_with_schema
from tenants.communes.rollouts.locks import FleetBusyError
from tenants.communes.scope import public_scope

log = structlog.get_logger(__name__)
# an archive younger than this is tonight's: whoever is sent again goes on with it
TONIGHT = timedelta(hours=12)


def communes_tonight() -> list[tuple[int, bool]]:
    """Who is archived tonight, and whose archive is proven: those whose last proof is the longest ago."""
    with public_scope():
        found = communes_with_schema().annotate(proven=Max("archives__proven_at"))
        everyone = list(found.order_by("name", "id").values_list("pk", flat=True))
        sample = set(
            found.order_by(F("proven").asc(nulls_first=True), "pk").values_list("pk", flat=True)[
                : settings.ARCHIVE_PROOFS_A_NIGHT
            ]
        )
    return [(key, key in sample) for key in everyone]


def archive_tonight(*, commune_id: int, proof: bool) -> Archive | None:
    """Make the nightly archive of one commune, prove it if it is in the sample, and let old ones go.

    A failure is entered as an archive with a problem and not raised: the others go on. Sent again the same night, it
    goes on with the archive that is there; None while another process is at it, or for a commune without data.
    """
    with public_scope():
        commune = communes_with_schema().filter(pk=commune_id).first()
    if commune is None:
        return None
    try:
        with archive_lock(commune):
            return _archive(commune, proof)
    except FleetBusyError:
        log.info("archive.busy", commune=commune.schema_name)
        return None


def _archive(commune: Commune, proof: bool) -> Archive:
    try:
        archive = _of_tonight(commune) or make_archive(commune=commune, kind=Archive.Kind.NIGHTLY)
    except Exception as error:  # noqa: BLE001 - whatever it is, somebody must see it in the morning
        return note_failure(commune=commune, kind=Archive.Kind.NIGHTLY, error=error)
    if proof and archive.proven_at is None:
        prove_archive(archive)
    thin_out(commune)
    return archive


def _of_tonight(commune: Commune) -> Archive | None:
    with public_scope():
        nightly = Archive.objects.filter(commune=commune, kind=Archive.Kind.NIGHTLY).exclude(path="")
        return nightly.filter(created_at__gt=timezone.now() - TONIGHT).first()


def expire_archives() -> int:
    """Remove the final archives of communes whose deletion began ARCHIVE_FINAL_DAYS ago; returns how many."""
    before = timezone.now() - timedelta(days=settings.ARCHIVE_FINAL_DAYS)
    with public_scope():
        final = Archive.objects.filter(kind=Archive.Kind.FINAL, commune__state=CommuneState.DELETED)
        left = final.annotate(left_at=Coalesce("commune__removal_began_at", "created_at"))
        expired = list(left.filter(left_at__lt=before))
    for archive in expired:
        delete_archive(archive)
    if expired:
        log.info("archive.expired", archives=len(expired))
    return len(expired)
