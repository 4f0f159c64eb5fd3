"""The history of a case: adding lines, and saying them in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from services.cases.models import ActorKind, Case, CaseEvent, EventKind
from themes.templatetags.ui import money


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line as the timeline component shows it. `state`: done, next or bad."""

    title: str
    when: str = ""
    text: str = ""
    state: str = "done"
    href: str = ""
    link: str = ""


def add_event(
    case: Case, kind: EventKind, actor_kind: ActorKind, *, actor: Any = None, public: bool = True, **params: Any
) -> CaseEvent:
    """Add a line to the case's history. `params` are plain JSON values; the words come later, see `entry_of`."""
    return CaseEvent.objects.create(
        case=case, kind=kind, actor_kind=actor_kind, actor=actor, public=public, params=params, at=timezone.now()
    )


def entries_of(events: Iterable[CaseEvent], *, reasons_url: str = "") -> list[HistoryEntry]:
    """The events as a timeline. `reasons_url` is where a decision's reasons can be read."""
    return [entry_of(event, reasons_url=reasons_url) for event in events]


def entry_of(event: CaseEvent, *, reasons_url: str = "") -> HistoryEntry:
    """One event in the active language."""
    title, text = _words(event)
    decided = event.kind in (EventKind.GRANTED, EventKind.REJECTED, EventKind.REVIEW)
    shows_reasons = decided and bool(reasons_url) and bool(event.params.get("has_reasons"))
    return HistoryEntry(
        title=title,
        when=moment(event.at),
        text=text,
        state="bad" if event.kind in (EventKind.REJECTED, EventKind.STEP_FAILED) else "done",
        href=reasons_url if shows_reasons else "",
        link=_("Gründe ansehen") if shows_reasons else "",
    )


def moment(at: Any) -> str:
    """„Sonntag, 22. November 2026, 15:02 Uhr“."""
    local = timezone.localtime(at)
    return _("%(day)s, %(time)s Uhr") % {
        "day": f"{date_format(local, 'l')}, {date_format(local, 'DATE_FORMAT')}",
        "time": date_format(local, "H:i"),
    }


def _words(event: CaseEvent) -> tuple[str, str]:
    params = event.params
    match event.kind:
        case EventKind.SUBMITTED:
            return _("Antrag eingegangen"), _why_unmailed() if params.get("unmailed") else ""
        case EventKind.CHARGED:
            return _("Rechnung gestellt: %(amount)s") % {"amount": money(params.get("amount_cents", 0))}, ""
        case EventKind.PAID:
            return _("Gebühr bezahlt: %(amount)s") % {"amount": money(params.get("amount_cents", 0))}, ""
        case EventKind.REVIEW:
            return _("An die Sachbearbeitung übergeben"), _("Ein Mensch prüft Ihren Antrag.")
        case EventKind.GRANTED if event.actor_kind == ActorKind.SYSTEM:
            return _("Geprüft und bewilligt"), _("vom System entschieden, weil alle Voraussetzungen erfüllt sind")
        case EventKind.GRANTED:
            return _("Geprüft und bewilligt"), params.get("reason", "")
        case EventKind.REJECTED:
            return _("Antrag abgelehnt"), params.get("reason", "")
        case EventKind.ISSUED:
            return _("Ausgestellt: %(title)s") % {"title": params.get("title", "")}, ""
        case EventKind.NOTIFIED:
            return _("Nachricht über das Ergebnis verschickt"), ""
        case _:
            return _rarer_words(event)


def _why_unmailed() -> str:
    return _("ohne Bestätigung per E-Mail: An diese Adresse ging heute schon viel. Ein Mensch prüft den Antrag.")


def _rarer_words(event: CaseEvent) -> tuple[str, str]:
    params = event.params
    match event.kind:
        case EventKind.ASKED:
            return _("Wir haben eine Frage an Sie"), ""
        case EventKind.ANSWERED:
            return _("Nachricht geschrieben"), ""
        case EventKind.WITHDRAWN:
            return _("Antrag zurückgezogen"), ""
        case EventKind.REMINDED:
            return _("An die Verlängerung erinnert"), ""
        case EventKind.STEP_FAILED:
            return _("Schritt gescheitert: %(step)s") % {"step": params.get("step", "")}, ""
        case EventKind.STEP_RETRIED:
            return _("Schritt neu gestartet: %(step)s") % {"step": params.get("step", "")}, ""
        case _:
            return str(event.get_kind_display()), ""
