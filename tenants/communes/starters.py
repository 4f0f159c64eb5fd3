"""What a new commune starts with: rooms register it here, provisioning runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tenants.communes.registry import Registry
from tenants.communes.scope import CommuneRef


@dataclass(frozen=True, slots=True)
class StarterBrief:
    """What was ordered for a new commune. `brand` holds tokens, `bundle` keys of service definitions."""

    commune: CommuneRef
    brand: dict[str, Any] = field(default_factory=dict)
    bundle: tuple[str, ...] = ()
    admin_email: str = ""
    demo: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Starter:
    """`seed` fills the template schema once a release; `prepare` adapts the clone to its commune."""

    name: str
    order: int
    seed: Callable[[], None] | None
    prepare: Callable[[StarterBrief], None] | None


_starters: Registry[Starter] = Registry("starters")


def register_starter(
    name: str,
    *,
    order: int,
    seed: Callable[[], None] | None = None,
    prepare: Callable[[StarterBrief], None] | None = None,
) -> None:
    """Register a room's start content. Both functions must be safe to run twice. Lower `order` runs first."""
    _starters.register(name, Starter(name, order, seed, prepare))


def starters() -> list[Starter]:
    """All starters in their order."""
    return sorted((starter for _name, starter in _starters.items()), key=lambda starter: starter.order)
