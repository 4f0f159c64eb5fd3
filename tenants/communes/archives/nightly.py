"""Every night: each commune's archive, the proof of a sample, and the end of what crashed or expired."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import F, Max
from django.utils import timezone

from tenants.communes.archives.actions import delete_archive, make_archive, note_failure, thin_out, tidy_shelf
from tenants.communes.archives.proof import prove_archive, tidy_scratch
from tenants.communes.models import Archive, Commune, CommuneState
from tenants.communes.queries import communes_with_schema
from tenants.communes.scope import public_scope

log = structlog.get_logger(__name__)


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

    A failure is entered as an archive with a problem and not raised: the others go on. May run twice a night.
    """
    with public_scope():
        commune = communes_with_schema().filter(pk=commune_id).first()
    if commune is None:
        return None
    try:
        archive = make_archive(commune=commune, kind=Archive.Kind.NIGHTLY)
    except Exception as error:  # noqa: BLE001 - whatever it is, somebody must see it in the morning
        return note_failure(commune=commune, kind=Archive.Kind.NIGHTLY, error=error)
    if proof:
        prove_archive(archive)
    thin_out(commune)
    return archive


def tidy_up() -> None:
    """Remove what crashes left and what has expired."""
    removed = tidy_shelf() + tidy_scratch()
    with public_scope():
        gone = Commune.objects.filter(state=CommuneState.DELETED).values("pk")
        before = timezone.now() - timedelta(days=settings.ARCHIVE_FINAL_DAYS)
        expired = list(Archive.objects.filter(kind=Archive.Kind.FINAL, commune__in=gone, created_at__lt=before))
    for archive in expired:
        delete_archive(archive)
    if removed or expired:
        log.info("archive.tidied", leftovers=removed, expired=len(expired))
