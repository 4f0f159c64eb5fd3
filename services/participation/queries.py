"""What can be asked about ideas."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum, Window

from services.catalogue.queries import areas

from .limits import token_hash
from .models import Idea, Report
from .states import IdeaState

__all__ = [
    "Figures",
    "areas",
    "band_of_ideas",
    "idea_by_token",
    "ideas_for_moderation",
    "ideas_for_public",
    "is_supported",
    "participation_figures",
    "reports_waiting",
]
NEWEST, LIKED = "neu", "beliebt"


@dataclass(frozen=True, slots=True)
class Figures:
    """How much is going on. Projects and funded ones are counted once there are projects."""

    ideas: int
    projects: int = 0
    funded: int = 0
    supports: int = 0


def ideas_for_public(order: str = NEWEST, district: str = "") -> QuerySet[Idea]:
    """Confirmed ideas, newest or most supported first."""
    found = Idea.objects.filter(state=IdeaState.CONFIRMED).defer("email", "token_hash", "hidden_reason")
    if district:
        found = found.filter(district=district) if district.isprintable() else found.none()
    return found.order_by("-supports", "-pk") if order == LIKED else found.order_by("-confirmed_at", "-pk")


def band_of_ideas(limit: int = 2) -> tuple[Figures, list[Idea]]:
    """Live figures and the most supported ideas, for the home page. One query: the figures ride along as windows."""
    total = {"ideas_in_all": Window(Count("pk")), "supports_in_all": Window(Sum("supports"))}
    ideas = list(ideas_for_public(LIKED).annotate(**total)[:limit])
    if not ideas:
        return Figures(ideas=0, supports=0), []
    return Figures(ideas=ideas[0].ideas_in_all, supports=ideas[0].supports_in_all), ideas  # type: ignore[attr-defined]


def participation_figures() -> Figures:
    """Live figures. One query."""
    found = Idea.objects.filter(state=IdeaState.CONFIRMED).aggregate(ideas=Count("pk"), supports=Sum("supports"))
    return Figures(ideas=found["ideas"], supports=found["supports"] or 0)


def idea_by_token(token: str) -> Idea | None:
    """The idea of a confirmation link, whatever its state."""
    return Idea.objects.filter(token_hash=token_hash(token)).first()


def is_supported(idea: Idea, supporter: str) -> bool:
    """Whether somebody supports an idea."""
    return bool(supporter) and idea.supporters.filter(supporter=supporter).exists()


def ideas_for_moderation(only: str = "") -> QuerySet[Idea]:
    """Ideas for the editors: reported ones first, then the newest. `only`: „reported“ or „hidden“."""
    waiting = Count("reports", filter=Q(reports__settled_at__isnull=True))
    found = Idea.objects.exclude(state=IdeaState.DRAFT).annotate(waiting=waiting).prefetch_related("reports")
    if only == "reported":
        found = found.filter(waiting__gt=0)
    if only == "hidden":
        found = found.filter(state=IdeaState.HIDDEN)
    return found.order_by("-waiting", "-pk")


def reports_waiting() -> int:
    """How many ideas have open reports. One query."""
    return Report.objects.filter(settled_at__isnull=True).values("idea").distinct().count()
