"""The chain of releases: which one a schema is at, which ones it lacks, and which one this code fits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from tenants.communes.invalidation import watch
from tenants.communes.models import Release
from tenants.communes.rollouts import standing
from tenants.communes.scope import CommuneRef, public_scope

# named, so that newer code can read an older table
_READ = ("level", "name", "before", "after", "codes", "steps")


@dataclass(frozen=True, slots=True)
class Chain:
    """All releases, the oldest first."""

    releases: tuple[Release, ...]

    @classmethod
    def read(cls) -> Chain:
        """The chain as the shared tables have it now."""
        with public_scope():
            return cls(tuple(Release.objects.only(*_READ).order_by("level")))

    @property
    def newest(self) -> Release | None:
        """The release at the end, None before the first."""
        return self.releases[-1] if self.releases else None

    @property
    def newest_level(self) -> int:
        """The level at the end, 0 before the first."""
        return self.newest.level if self.newest else 0

    def at(self, where: str) -> Release | None:
        """The release at which a schema of this standing is."""
        return next((release for release in self.releases if where and release.after == where), None)

    def missing(self, where: str) -> list[Release] | None:
        """What to replay on a schema of this standing, in order; [] when nothing.

        None when no known way leads to the newest release: the schema stands nowhere on the chain, or a release in
        between was never recorded.
        """
        here = self.at(where)
        if here is None:
            return None
        way = [release for release in self.releases if release.level > here.level]
        unbroken = all(after.before == before.after for before, after in pairwise([here, *way]))
        return way if unbroken else None


def newest_level() -> int:
    """The level a clone of the template has now; 0 before the first release was recorded."""
    with public_scope():
        return Release.objects.order_by("-level").values_list("level", flat=True).first() or 0


@cache
def _code_standing() -> str:
    return standing.code_standing()


class _OwnLevel:
    """The level this process's code fits, once found: the code of a process never changes, so it doesn't either."""

    def __init__(self) -> None:
        self.level: int | None = None


_own = _OwnLevel()


@watch("releases")
def forget_own_level(_payload: str) -> None:
    """Look it up again at the next request."""
    _own.level = None
    _code_standing.cache_clear()


def level_of_code(code: str) -> int | None:
    """The newest release that a code of this standing fits, None when there is none."""
    with public_scope():
        fitting = Release.objects.filter(codes__contains=[code]).order_by("-level")
        return fitting.values_list("level", flat=True).first()


def own_level() -> int | None:
    """The level of this process's code; None while the template was not migrated for it yet.

    Only a level that was found is remembered, so that the process notices by itself when the template follows.
    """
    level = _own.level
    if level is None:
        # another thread may forget it at any moment: what was read here holds for this question
        level = _own.level = level_of_code(_code_standing())
    return level


def is_behind(commune: CommuneRef) -> bool:
    """Whether the commune's schema is older than this code: it must not be touched by it.

    A schema that is newer is served: the two-release rule keeps what the older code needs.
    """
    level = own_level()
    return level is None or commune.level < level
