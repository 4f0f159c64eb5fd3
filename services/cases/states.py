"""The life of a case: one transition table, one function that walks it. Nobody else assigns `.state`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases.locks import TransitionError, locked_case
from services.cases.models import Case, CaseState

__all__ = ["TRANSITIONS", "TransitionError", "change_state"]

S = CaseState
TRANSITIONS: dict[str, frozenset[str]] = {
    S.SUBMITTED: frozenset({S.IN_REVIEW, S.GRANTED, S.WITHDRAWN}),
    S.IN_REVIEW: frozenset({S.WAITING, S.GRANTED, S.REJECTED, S.WITHDRAWN}),
    S.WAITING: frozenset({S.IN_REVIEW, S.GRANTED, S.REJECTED, S.WITHDRAWN}),
    S.GRANTED: frozenset({S.CLOSED}),
    S.REJECTED: frozenset({S.CLOSED}),
    S.WITHDRAWN: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
}
OPEN_STATES = (S.SUBMITTED, S.IN_REVIEW, S.WAITING)
DECIDED_STATES = (S.GRANTED, S.REJECTED)


@transaction.atomic
def change_state(*, case: Case, to: str, decided_by: Any = None, valid_until: date | None = None) -> Case:
    """Move `case` to the state `to`; asking for the state it is in changes nothing. Returns the locked row.

    Locks the row, so that of two at once one moves it and the other sees the result. Who calls it writes the event in
    the same transaction. Raises TransitionError for a way that does not exist.
    """
    row = locked_case(case.pk)
    if row.state != to:
        if to not in TRANSITIONS[row.state]:
            raise TransitionError(
                _("Der Vorgang %(number)s ist „%(now)s“ und kann nicht „%(to)s“ werden.")
                % {"number": row.number, "now": row.get_state_display(), "to": CaseState(to).label}
            )
        row.state = to
        if to in DECIDED_STATES:
            row.decided_at, row.decided_by = timezone.now(), decided_by
            row.valid_until = valid_until if to == S.GRANTED else None
        row.save(update_fields=["state", "decided_at", "decided_by", "valid_until"])
    return row
