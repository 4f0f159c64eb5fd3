"""Who may do what with ideas. Writing, supporting and reporting need no account."""

from __future__ import annotations

from typing import Any

import rules

from services.participation.models import Idea
from tenants.accounts.rules import is_administrator, is_editor


@rules.predicate
def is_not_their_own(user: Any, idea: Idea | None) -> bool:
    """Nobody judges what they wrote themselves."""
    return idea is None or bool(user.email.lower() != idea.email.lower())


rules.add_perm("participation.moderate_ideas", (is_editor | is_administrator) & is_not_their_own)
