"""Following cases over HTTP: with number and code, or as the person who is signed in."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from services.cases import access
from services.cases.history import entries_of
from services.cases.models import Case
from services.cases.numbers import canonical_number
from services.cases.queries import case_by_number, cases_for_user, public_events

router = Router()


class CaseKey(Schema):
    """What the receipt says."""

    number: str = Field(max_length=40, examples=["GE-7K3F-29MX"])
    code: str = Field(max_length=40, examples=["7K3F-29MX"])


class EventOut(Schema):
    """One line of the history, in the language of the request."""

    title: str
    text: str
    at: datetime


class CaseOut(Schema):
    """Where a case stands. `due_at` is when we promised to decide."""

    number: str
    title: str
    state: str
    submitted_at: datetime
    due_at: datetime
    decided_at: datetime | None
    decided_by_system: bool
    valid_until: date | None


class CaseStatusOut(CaseOut):
    """A case with its history."""

    timeline: list[EventOut]


class Problem(Schema):
    """What went wrong, as a sentence."""

    detail: str


@router.post("/cases/status", auth=None, response={200: CaseStatusOut, 404: Problem, 429: Problem})
def case_status(request: HttpRequest, key: CaseKey) -> CaseStatusOut:
    """The state and history of a case by its number and code. Ten tries in a quarter of an hour."""
    number = canonical_number(key.number) or ""
    if access.too_many_tries(request, number):
        raise HttpError(429, _("Das waren zu viele Versuche. Warten Sie eine Viertelstunde, dann geht es weiter."))
    case = case_by_number(number)
    if case is None or not access.code_fits(case, key.code):
        raise HttpError(404, _("Nummer und Code passen nicht zusammen. Vergleichen Sie beide mit der Bestätigung."))
    events = list(public_events(case))
    lines = zip(events, entries_of(events), strict=True)
    timeline = [EventOut(title=entry.title, text=entry.text, at=event.at) for event, entry in lines]
    return CaseStatusOut(**_shown(case).dict(), timeline=timeline)


@router.get("/cases", response=list[CaseOut])
def my_cases(request: HttpRequest) -> list[CaseOut]:
    """The cases that were submitted from the account that is signed in, the newest first."""
    return [_shown(case) for case in cases_for_user(request.user)]


def _shown(case: Case) -> CaseOut:
    return CaseOut(
        number=case.number,
        title=case.title,
        state=case.state,
        submitted_at=case.submitted_at,
        due_at=case.due_at,
        decided_at=case.decided_at,
        decided_by_system=case.decided_by_system,
        valid_until=case.valid_until,
    )
