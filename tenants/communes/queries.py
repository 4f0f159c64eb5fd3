"""What can be asked about communes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, QuerySet

from tenants.communes.models import Archive, Commune, CommuneState, ProvisioningRun
from tenants.communes.models.commune import UNSEEN_STATES
from tenants.communes.scope import CommuneRef, public_scope


class CommuneNotFoundError(LookupError):
    """No commune of that name or schema."""


class CommuneGoneError(CommuneNotFoundError):
    """The commune was deleted, or is being deleted right now."""


def present_communes() -> QuerySet[Commune]:
    """Communes that were not deleted: what is left of a deleted one is only its name."""
    return Commune.objects.exclude(state=CommuneState.DELETED)


def communes_for_operator() -> QuerySet[Commune]:
    """All communes that were not deleted, with their domains, by name."""
    return present_communes().prefetch_related("domains").order_by("name", "id")


def open_communes() -> QuerySet[Commune]:
    """Communes whose portals answer."""
    return communes_for_operator().filter(state__in=[CommuneState.ONBOARDING, CommuneState.LIVE])


def commune_by_schema(schema: str) -> CommuneRef:
    """The commune of exactly this schema: it never falls back to public, nor to another that has it as its slug.

    Raises CommuneNotFoundError, and CommuneGoneError for one that was deleted.
    """
    with public_scope():
        found = Commune.objects.prefetch_related("domains").filter(schema_name=schema).first()
        if found is None:
            raise CommuneNotFoundError(f"No commune has the schema {schema!r}.")
        if found.state == CommuneState.DELETED or found.removal_began_at is not None:
            raise CommuneGoneError(f"The commune of the schema {schema!r} was deleted.")
        return found.ref()


def find_commune(name: str) -> Commune:
    """A commune by slug, schema, regional key or name; a deleted one only where no other answers to the name.

    Raises CommuneNotFoundError with what to do; nobody answers to an empty name, though some have no regional key.
    """
    if not name.strip():
        raise CommuneNotFoundError("Which commune? `rathausplatz commune list` shows all of them.")
    with public_scope():
        for some in (present_communes(), Commune.objects.all()):
            for field in ("slug", "schema_name", "ars", "official_name", "name"):
                found = list(some.prefetch_related("domains").filter(**{field: name})[:2])
                if len(found) == 1:
                    return found[0]
    raise CommuneNotFoundError(f"No commune {name!r}. `rathausplatz commune list` shows all of them.")


def communes_by_cell(communes: Iterable[Commune]) -> dict[str, list[Commune]]:
    """The same communes by cell, in their order: what reads many schemas in one statement does so once per cell."""
    found: dict[str, list[Commune]] = {}
    for commune in communes:
        found.setdefault(commune.cell, []).append(commune)
    return found


def runs_in_progress() -> QuerySet[ProvisioningRun]:
    """Provisioning that is not finished, the newest first."""
    return ProvisioningRun.objects.exclude(state=ProvisioningRun.State.DONE).select_related("commune")


def unfinished_making(*, official_name: str, ars: str = "") -> ProvisioningRun | None:
    """The order of a new commune of this key, or of this name where no key is given, that was not carried out yet."""
    same = {"commune__ars": ars} if ars else {"commune__official_name__iexact": " ".join(official_name.split())}
    with public_scope():
        waiting = runs_in_progress().filter(commune__state__in=UNSEEN_STATES, **same)
        return waiting.exclude(brief__has_key="archive").first()


def last_proven_restore(commune: Commune | None = None) -> datetime | None:
    """When an archive of `commune` (None: of any) was last restored into a scratch schema and found whole."""
    with public_scope():
        proven = Archive.objects.filter(proven_at__isnull=False)
        if commune is not None:
            proven = proven.filter(commune=commune)
        found: datetime | None = proven.aggregate(last=Max("proven_at"))["last"]
    return found


def proven_restores() -> dict[int, datetime]:
    """For each commune, by its key, when an archive of it was last proven; those without a proof are missing."""
    with public_scope():
        proven = Archive.objects.filter(proven_at__isnull=False).order_by().values_list("commune")
        return dict(proven.annotate(last=Max("proven_at")))


def communes_with_schema() -> QuerySet[Commune]:
    """Communes that have data of their own to be archived, by name."""
    states = (CommuneState.ONBOARDING, CommuneState.LIVE, CommuneState.SUSPENDED, CommuneState.OFFBOARDING)
    return communes_for_operator().filter(state__in=states, removal_began_at=None)
