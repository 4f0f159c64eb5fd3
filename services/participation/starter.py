"""What participation brings to a demonstration: a few ideas that read as if people had written them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tenants.communes.starters import StarterBrief, register_starter

from .limits import fingerprint
from .models import Idea, Support
from .states import IdeaState

ADDRESS = "ideen@demo.example"


def prepare(brief: StarterBrief) -> None:
    """A new commune begins without ideas; a demonstration with some."""
    if brief.demo:
        seed_demo_ideas(brief)


def seed_demo_ideas(brief: StarterBrief) -> None:
    """Write the ideas of brief.facts["ideas"], with as many supports as they name. Safe to repeat."""
    told = brief.facts.get("ideas", ())
    if not told or Idea.objects.filter(email=ADDRESS).exists():
        return
    now = timezone.now()
    ideas = Idea.objects.bulk_create(
        Idea(
            text=each["text"],
            district=each.get("district", ""),
            author_name=each.get("author_name", ""),
            email=ADDRESS,
            state=IdeaState.CONFIRMED,
            confirmed_at=now - timedelta(days=each.get("days_ago", 0), hours=number),
            supports=each.get("supports", 0),
        )
        for number, each in enumerate(told)
    )
    Support.objects.bulk_create(
        Support(idea=idea, supporter=fingerprint("demo", str(number)))
        for idea in ideas
        for number in range(idea.supports)
    )


def register() -> None:
    """Enter this room among the starters."""
    register_starter("participation", order=60, prepare=prepare)
