"""What cases bring to a new commune: nothing, but for a demonstration a handful of applications."""

from __future__ import annotations

from tenants.communes.starters import StarterBrief, register_starter


def prepare(brief: StarterBrief) -> None:
    """In a demonstration: applications as people would send them, through the real actions."""
    if not brief.demo:
        return
    from services.cases.demonstration import demo_cases

    demo_cases(brief)


def register() -> None:
    """Enter this room among the starters; it needs offerings and accounts."""
    register_starter("cases", order=80, prepare=prepare)
