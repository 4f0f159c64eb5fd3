"""The one order of locks in this room: a case before its steps, and before anything else that belongs to it.

    person (two applications of one are decided one after the other) is asked for by whoever holds a case already, and
    whoever holds it asks for no other case: case → person → steps → charges

Whoever changes a case or a step of it takes the case's row first, here and nowhere else; a test holds that. Events and
messages are added by anybody meanwhile: they need the case to exist, not to stand still.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import structlog
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg import errors

from services.cases.models import Case, CaseStep
from tenants.communes.scope import require_commune
from tenants.communes.text import person_key

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger(__name__)
COLLISIONS = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)


class TransitionError(Exception):
    """A case can't go from its state to the wanted one; the text is for the person who tried."""


class CaseBusy(TransitionError):
    """Two tries collided with other work on the case; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(_("Der Vorgang wird gerade bearbeitet. Versuchen Sie es in einem Moment noch einmal."))


def locked_case(pk: int) -> Case:
    """The case's row, locked until the transaction ends. Events may still be added to it by others meanwhile."""
    return Case.objects.select_for_update(no_key=True).get(pk=pk)


def case_if_free(pk: int) -> Case | None:
    """The case's row, locked; None when somebody else works on it, or it is gone. For work that is asked for again."""
    return Case.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()


def locked_step(case: Case, name: str) -> CaseStep | None:
    """A step of a case that is locked already."""
    step = CaseStep.objects.select_for_update(of=("self",)).filter(case_id=case.pk, name=name).first()
    if step is not None:
        step.case = case
    return step


def wait_for_person(case: Case) -> None:
    """Let two applications of one person for the same thing be decided one after the other. The case is locked."""
    who = f"{person_key(case.applicant_name)}:{case.applicant_birth_date}"
    person = f"{require_commune().schema}:{case.definition_key}:{who}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [person])


def again_after_collision(action: Callable[P, R]) -> Callable[P, R]:
    """Carry out an action once more when the database gave it up for other work. Raises CaseBusy after the second try.

    Goes around `transaction.atomic`: what the first try did is undone, inside a request too.
    """

    @wraps(action)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return action(*args, **kwargs)
        except OperationalError as error:
            _demand_collision(error, action)
        try:
            return action(*args, **kwargs)
        except OperationalError as error:
            _demand_collision(error, action)
            raise CaseBusy from error

    return carried_out


def _demand_collision(error: OperationalError, action: Callable[..., Any]) -> None:
    if not isinstance(error.__cause__, COLLISIONS):
        raise error
    log.warning("cases.collision", action=action.__name__, error=type(error.__cause__).__name__)
