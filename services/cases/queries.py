"""What can be asked about cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.cases.models import Case, CaseEvent, CaseState, CaseStep, EventKind, StepState
from services.cases.numbers import canonical_number
from services.documents.models import IssuedDocument
from services.documents.queries import documents_for_reference
from services.forms.models import Upload

IN_HAND = (CaseState.SUBMITTED, CaseState.IN_REVIEW, CaseState.WAITING)
# what an applicant waits for on the page; mails come when they come
AWAITED_STEPS = ("charge", "decide", "issue")


def case_by_number(number: str) -> Case | None:
    """The case of a number however it was typed; None if there is none here."""
    wanted = canonical_number(number)
    return Case.objects.filter(number=wanted).first() if wanted else None


def cases_for_user(user: Any) -> QuerySet[Case]:
    """The cases that were submitted from this account, the newest first."""
    return Case.objects.filter(user=user) if user.is_authenticated else Case.objects.none()


def public_events(case: Case) -> QuerySet[CaseEvent]:
    """The history that the applicant sees."""
    return case.events.filter(public=True)


def is_unmailed(case: Case) -> bool:
    """Whether the case came when its address had been written to too often that day: no receipt, no grant at once."""
    return case.events.filter(kind=EventKind.SUBMITTED, params__unmailed=True).exists()


def is_being_processed(case: Case) -> bool:
    """Whether a worker will change the applicant's page within seconds: an awaited step is due and has not failed."""
    soon = timezone.now() + timedelta(seconds=60)
    awaited = case.steps.filter(name__in=AWAITED_STEPS, state=StepState.WAITING)
    return awaited.filter(due_at__lte=soon).exists()


def current_documents(case: Case) -> list[IssuedDocument]:
    """The documents of the case that are in force, what the applicant needs first first."""
    documents = documents_for_reference(case.number).filter(superseded_at__isnull=True, revoked_at__isnull=True)
    return sorted(documents, key=lambda document: (document.template == "decision", document.pk))


def uploads_of(case: Case) -> QuerySet[Upload]:
    """The files that were handed in with the case."""
    return Upload.objects.filter(reference=case.number)


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """One chip above the inbox."""

    key: str
    label: str
    count: int = 0


def inbox_condition(key: str) -> Q:
    """What a chip means. An unknown key means all that is in hand."""
    conditions = {
        "pruefen": Q(state=CaseState.IN_REVIEW),
        "vorschlag": Q(state=CaseState.IN_REVIEW) & ~Q(proposal=""),
        "wartet": Q(state=CaseState.WAITING),
        "ueberfaellig": Q(state=CaseState.IN_REVIEW, due_at__lt=timezone.now()),
        "fehler": Exists(CaseStep.objects.filter(case=OuterRef("pk"), state=StepState.FAILED)),
        "entschieden": Q(state__in=[CaseState.GRANTED, CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.CLOSED]),
    }
    return Q(conditions.get(key, Q(state__in=IN_HAND)))


def inbox_filters() -> list[InboxFilter]:
    """The chips with their counts. One query."""
    labels = {
        "alle": _("Alle"),
        "pruefen": _("Zu prüfen"),
        "vorschlag": _("Vorschlag bereit"),
        "wartet": _("Wartet auf Antwort"),
        "ueberfaellig": _("Überfällig"),
        "fehler": _("Störung"),
        "entschieden": _("Entschieden"),
    }
    counts = Case.objects.aggregate(**{key: Count("pk", filter=inbox_condition(key)) for key in labels})
    return [InboxFilter(key, label, counts[key]) for key, label in labels.items()]


def cases_for_clerk(*, chip: str = "alle", search: str = "", sort: str = "frist") -> QuerySet[Case]:
    """The cases of a chip that fit the words (number, name, street), in the wanted order."""
    cases = Case.objects.filter(inbox_condition(chip))
    words = search.strip()[:100]
    if number := canonical_number(words):
        cases = Case.objects.filter(number=number)
    elif words:
        cases = Case.objects.filter(
            Q(number__icontains=words)
            | Q(applicant_name__icontains=words)
            | Q(applicant_address__street__icontains=words)
        )
    order = {"frist": ["due_at", "pk"], "neu": ["-submitted_at", "-pk"], "name": ["applicant_name", "pk"]}
    return cases.order_by(*order.get(sort, order["frist"]))


def open_case_count() -> int:
    """How many cases are in hand, for the navigation."""
    return Case.objects.filter(state__in=IN_HAND).count()


def what_is_missing(case: Case) -> str:
    """One sentence for the inbox: what kept the system from granting."""
    unmet = [reason for reason in case.reasons if not reason["met"]]
    if not unmet:
        return ""
    more = len(unmet) - 1
    if not more:
        return str(unmet[0]["text"])
    rest = ngettext("und eine weitere offene Voraussetzung", "und %(count)d weitere offene Voraussetzungen", more)
    return f"{unmet[0]['text']} ({rest % {'count': more}})"


def deadline_of(case: Case, today: date | None = None) -> tuple[str, str]:
    """The deadline in words with its urgency for the stylesheet: „late“, „soon“ or ""."""
    if case.state == CaseState.WAITING:
        return _("ruht"), ""
    if not case.is_open:
        return "", ""
    days = (timezone.localtime(case.due_at).date() - (today or timezone.localdate())).days
    if days < 0:
        return ngettext("überfällig %(count)d Tag", "überfällig %(count)d Tage", -days) % {"count": -days}, "late"
    if days == 0:
        return _("heute"), "soon"
    return ngettext("in %(count)d Tag", "in %(count)d Tagen", days) % {"count": days}, "soon" if days == 1 else ""
