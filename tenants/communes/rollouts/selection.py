"""Which communes a run is for, and in which waves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import groupby

from tenants.communes.models import Commune, CommuneState
from tenants.communes.scope import public_scope

# these have no schema any more, or it is about to go
WITHOUT_SCHEMA = (CommuneState.DELETED,)
# enough to say who is where; older releases had these columns too
FEW = ("schema_name", "slug", "name", "official_name", "state", "cell", "wave", "level")
CANARY = 0


@dataclass(frozen=True, slots=True)
class Selector:
    """Empty fields select everything. `names` are patterns (`gera*`) for slug, schema or name; one must match."""

    states: tuple[str, ...] = ()
    waves: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def communes(self, *, few: bool = False) -> list[Commune]:
        """The selected communes that have not been removed, in the order of their waves, then by name.

        With `few` columns only those are read that the release before had too: enough to show, not to work with.
        """
        with public_scope():
            found = Commune.objects.exclude(state__in=WITHOUT_SCHEMA).filter(removal_began_at=None)
            if self.states:
                found = found.filter(state__in=self.states)
            if self.waves:
                found = found.filter(wave__in=self.waves)
            for tag in self.tags:
                found = found.filter(tags__contains=[tag])
            found = found.only(*FEW) if few else found.prefetch_related("domains")
            ordered = list(found.order_by("wave", "name", "id"))
        return [commune for commune in ordered if self._names(commune)]

    def _names(self, commune: Commune) -> bool:
        known = [text.lower() for text in (commune.slug, commune.schema_name, commune.name, commune.official_name)]
        return not self.names or any(fnmatchcase(text, pattern.lower()) for text in known for pattern in self.names)


@dataclass(frozen=True, slots=True)
class Cut:
    """How communes are cut into waves: `canary` go first (0: those whose own wave is 0), then waves of `sizes`."""

    canary: int = 0
    sizes: tuple[int, ...] = ()

    def waves(self, communes: Sequence[Commune]) -> list[list[Commune]]:
        """The waves in order, none of them empty. Without sizes the communes' own waves decide."""
        first = self.canary or sum(1 for commune in communes if commune.wave == CANARY)
        canary, rest = list(communes[:first]), list(communes[first:])
        waves = [canary]
        if not self.sizes:
            waves += [list(group) for _wave, group in groupby(rest, key=lambda commune: commune.wave)]
        else:
            for size in self.sizes:
                waves.append(rest[:size])
                rest = rest[size:]
            waves.append(rest)
        return [wave for wave in waves if wave]

    def has_canary(self, communes: Sequence[Commune]) -> bool:
        """Whether the first wave is a canary: its failure stops the run, whatever was told."""
        return bool(self.canary) or any(commune.wave == CANARY for commune in communes)
