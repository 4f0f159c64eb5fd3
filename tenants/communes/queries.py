"""What can be asked about communes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from tenants.communes.models import Commune, CommuneState, ProvisioningRun
from tenants.communes.scope import CommuneRef, public_scope


class CommuneNotFoundError(LookupError):
    """No commune of that name or schema."""


def communes_for_operator() -> QuerySet[Commune]:
    """All communes with their domains, by name."""
    return Commune.objects.prefetch_related("domains").order_by("name", "id")


def open_communes() -> QuerySet[Commune]:
    """Communes whose portals answer."""
    return communes_for_operator().filter(state__in=[CommuneState.ONBOARDING, CommuneState.LIVE])


def commune_by_schema(schema: str) -> CommuneRef:
    """The commune of a schema. Raises CommuneNotFoundError: an unknown schema never falls back to public."""
    return find_commune(schema).ref()


def find_commune(name: str) -> Commune:
    """A commune by slug, schema, regional key or name. Raises CommuneNotFoundError with what to do."""
    with public_scope():
        everyone = Commune.objects.prefetch_related("domains")
        for field in ("slug", "schema_name", "ars", "official_name", "name"):
            found = list(everyone.filter(**{field: name})[:2])
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
