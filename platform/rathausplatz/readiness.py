"""Whether a process can serve, part by part: what `/readyz` says."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from tenants.communes.away import AWAY
from tenants.communes.invalidation import listening
from tenants.communes.rollouts.releases import own_level
from tenants.communes.scope import public_scope


@dataclass(frozen=True, slots=True)
class Part:
    """One part and what is wrong with it; "" when nothing is. Without one that is `needed` nobody can be served."""

    name: str
    fault: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Readiness:
    """All parts at one moment."""

    parts: tuple[Part, ...]

    @property
    def is_ready(self) -> bool:
        """Whether everything needed is there."""
        return not any(part.fault and part.needed for part in self.parts)

    @property
    def text(self) -> str:
        """One word, then a line for each part."""
        lines = [
            "ready" if self.is_ready else "not ready",
            *(f"{part.name}: {part.fault or 'ok'}" for part in self.parts),
        ]
        return "\n".join(lines) + "\n"


def readiness() -> Readiness:
    """Ask every part once. Never raises for one that is out of reach, and waits only as long as its limits say."""
    hears = Part("notifications", "" if listening() else "out of reach: pages are made anew each time", needed=False)
    return Readiness((*_of_database(), hears))


def _of_database() -> tuple[Part, Part]:
    try:
        with public_scope(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            level = own_level()
    except AWAY:
        return Part("database", "out of reach"), Part("release", "unknown")
    missing = "the template is not at this release: run `rathausplatz fleet migrate`"
    return Part("database"), Part("release", missing if level is None else "")
