"""The life of an idea: one table, and nobody else assigns a state."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .faults import IdeaError


class IdeaState(models.TextChoices):
    """Where an idea stands."""

    DRAFT = "draft", gettext_lazy("noch nicht bestätigt")
    CONFIRMED = "confirmed", gettext_lazy("öffentlich")
    HIDDEN = "hidden", gettext_lazy("ausgeblendet")


TRANSITIONS: dict[tuple[str, str], IdeaState] = {
    (IdeaState.DRAFT, "confirm"): IdeaState.CONFIRMED,
    (IdeaState.DRAFT, "hide"): IdeaState.HIDDEN,
    (IdeaState.CONFIRMED, "hide"): IdeaState.HIDDEN,
    (IdeaState.HIDDEN, "show"): IdeaState.CONFIRMED,
}


def next_state(state: str, verb: str) -> IdeaState:
    """Where `verb` leads from `state`. Raises IdeaError for what isn't in the table."""
    try:
        return TRANSITIONS[state, verb]
    except KeyError:
        raise IdeaError("wrong-state", _("Das geht bei dieser Idee gerade nicht.")) from None
