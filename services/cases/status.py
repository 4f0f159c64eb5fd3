"""What an applicant sees of a case: the result, the history, what happens next and by when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from services.cases.history import HistoryEntry, entries_of
from services.cases.models import Case, CaseState
from services.cases.offerings import definition_of
from services.cases.queries import current_documents, is_being_processed, public_events
from services.cases.steps import reminder_time
from services.documents.models import IssuedDocument
from services.payments.queries import Invoice, charges_for_reference, invoice_for


@dataclass(frozen=True, slots=True)
class CaseReason:
    """One condition in the reader's language. `css` is what the check list's class wants."""

    text: str
    source: str
    css: str


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """All that the status page shows. `headline` and `text` are the result or what we are doing."""

    name: str
    headline: str
    text: str
    is_running: bool
    documents: list[IssuedDocument]
    timeline: list[HistoryEntry]
    invoices: list[Invoice]
    messages: list[Any]
    reasons: list[CaseReason]
    is_unmailed: bool

    @property
    def main_document(self) -> IssuedDocument | None:
        return self.documents[0] if self.documents else None


def status_of(case: Case) -> CaseStatus:
    """Gather the page. Seven queries, however long the history is."""
    running = is_being_processed(case)
    documents = current_documents(case)
    headline, text = _result(case, documents, running)
    events = list(public_events(case))
    timeline = entries_of(events, reasons_url=reverse("cases:reasons", args=[case.number]))
    return CaseStatus(
        name=definition_of(case).text("name", get_language() or "de"),
        headline=headline,
        text=text,
        is_running=running,
        documents=documents,
        timeline=[*timeline, *_next(case, documents, running)],
        invoices=[invoice_for(charge) for charge in charges_for_reference(case.number) if _is_owed(charge, case)],
        messages=list(case.messages.all()),
        reasons=reasons_of(case),
        is_unmailed=any(event.params.get("unmailed") for event in events),
    )


def reasons_of(case: Case) -> list[CaseReason]:
    """The conditions of the decision in the active language."""
    english = (get_language() or "de").startswith("en")
    return [
        CaseReason(
            text=(english and reason.get("text_en")) or reason["text"],
            source=reason.get("source", ""),
            css="" if reason["met"] else "open" if reason.get("unclear") else "no",
        )
        for reason in case.reasons
    ]


def day(value: Any) -> str:
    """„22. November 2026“."""
    return date_format(timezone.localtime(value) if hasattr(value, "hour") else value, "DATE_FORMAT")


def _result(case: Case, documents: list[IssuedDocument], running: bool) -> tuple[str, str]:
    match case.state:
        case CaseState.GRANTED if documents:
            return _granted(case, documents)
        case CaseState.GRANTED:
            return _("Ihr Antrag ist bewilligt"), _("Wir stellen Ihre Dokumente aus. Das dauert nur einen Moment.")
        case CaseState.REJECTED:
            return _("Ihr Antrag ist abgelehnt"), _("Die Gründe und was Sie tun können, stehen im Bescheid.")
        case CaseState.WITHDRAWN:
            return _("Sie haben Ihren Antrag zurückgezogen"), _("Wir bearbeiten ihn nicht weiter.")
        case CaseState.CLOSED:
            return _("Der Vorgang ist abgeschlossen"), ""
        case CaseState.WAITING:
            return _("Wir haben eine Frage an Sie"), _("Antworten Sie uns unten auf dieser Seite.")
        case CaseState.SUBMITTED if running:
            return _("Wir prüfen Ihren Antrag"), _("Das dauert meist nur wenige Sekunden. Die Seite lädt sich neu.")
        case _:
            return _("Ihr Antrag ist angekommen"), _("Wir entscheiden bis zum %(day)s.") % {"day": day(case.due_at)}


def _granted(case: Case, documents: list[IssuedDocument]) -> tuple[str, str]:
    is_permit = documents[0].template == "parking_permit"
    headline = _("Ihr Ausweis ist fertig") if is_permit else _("Ihr Antrag ist bewilligt")
    parts = []
    if case.valid_until and case.facts.get("zone"):
        parts.append(
            _("Gültig bis %(day)s, Zone %(zone)s.") % {"day": day(case.valid_until), "zone": case.facts["zone"]}
        )
    elif case.valid_until:
        parts.append(_("Gültig bis %(day)s.") % {"day": day(case.valid_until)})
    if is_permit:
        parts.append(_("Legen Sie ihn gut lesbar hinter die Frontscheibe."))
    return headline, " ".join(parts)


def _next(case: Case, documents: list[IssuedDocument], running: bool) -> list[HistoryEntry]:
    """The line that says what happens next and by when; none when nothing does."""
    match case.state:
        case CaseState.SUBMITTED | CaseState.GRANTED if running and not documents:
            return [HistoryEntry(_("Als Nächstes: Ihr Ergebnis"), text=_("in wenigen Sekunden"), state="next")]
        case CaseState.SUBMITTED | CaseState.IN_REVIEW:
            until = _("Sie hören von uns bis zum %(day)s.") % {"day": day(case.due_at)}
            return [HistoryEntry(_("Als Nächstes: Ein Mensch prüft"), text=until, state="next")]
        case CaseState.WAITING:
            ask = _("Sobald Ihre Antwort da ist, prüfen wir weiter.")
            return [HistoryEntry(_("Als Nächstes: Ihre Antwort"), text=ask, state="next")]
        case CaseState.GRANTED:
            return _renewal(case)
        case _:
            return []


def _renewal(case: Case) -> list[HistoryEntry]:
    reminder = reminder_time(case)
    if reminder is None:
        return []
    text = _("Wir erinnern Sie am %(day)s.") % {"day": day(reminder)}
    return [HistoryEntry(_("Als Nächstes: verlängern"), text=text, state="next")]


def _is_owed(charge: Any, case: Case) -> bool:
    """An invoice is shown once it is clear that it has to be paid."""
    return bool(charge.amount_cents) and (case.state in (CaseState.GRANTED, CaseState.CLOSED) or not charge.is_open)
