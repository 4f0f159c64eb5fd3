"""What the letters of a case say: contexts for `services.documents`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from services.cases.authority import Authority, authority_of
from services.cases.models import Case, CaseState
from services.cases.offerings import definition_of, settings_of
from services.cases.zones import zone_name, zone_streets
from services.documents.letters import objection_notice
from services.forms.queries import form_of
from services.forms.schema import answers_by_meaning
from services.payments.queries import charges_for_reference
from themes.templatetags.ui import money

OFFICIAL_LANGUAGE = "de"


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """A document to be issued: the template of `services.documents`, its title and its context."""

    template: str
    title: str
    context: dict[str, Any]
    valid_until: date | None = None


def letters_for(case: Case) -> list[LetterOrder]:
    """The documents that a decided case leads to, what the applicant needs first first. Raises AuthorityAddressMissing.

    A definition names its letters by templates of `services.documents`; a refusal is always a notice, nothing else.
    All are in German, the official language (§ 23 Abs. 1 VwVfG); a notice for somebody who applied in another language
    carries a translation that binds nobody.
    """
    with translation.override(OFFICIAL_LANGUAGE):
        if case.state == CaseState.REJECTED:
            return [_notice(case)]
        wanted = [letter["template"] for letter in definition_of(case).letters.values()] or ["decision"]
        return [BUILDERS[name](case) for name in sorted(wanted, key=lambda name: name == "decision")]


def needs_zone(case: Case) -> bool:
    """Whether one of the documents can't be made without a zone."""
    return any(letter["template"] == "parking_permit" for letter in definition_of(case).letters.values())


def validity_of(case: Case) -> date | None:
    """The last day of what is granted today; None if the definition knows no end."""
    days = definition_of(case).validity_days
    return timezone.localdate() + timedelta(days=days) if days else None


def _permit(case: Case) -> LetterOrder:
    settings, zone = settings_of(case), str(case.facts.get("zone") or "")
    context = {
        "zone": zone,
        "zone_name": zone_name(settings, zone),
        "plate": answers_by_meaning(_form(case), case.answers).get("vehicle.plate", ""),
        "valid_from": timezone.localdate(case.decided_at),
        "valid_until": case.valid_until,
        "streets": zone_streets(settings, zone),
        "also_in": _spoken(case),
    }
    title = _title(case, "parking_permit", OFFICIAL_LANGUAGE)
    return LetterOrder("parking_permit", title, context, case.valid_until)


def _notice(case: Case) -> LetterOrder:
    authority, spoken = authority_of(case), _spoken(case)
    text = _text(case, authority, OFFICIAL_LANGUAGE)
    context = {
        **text,
        "recipient": _recipient(case),
        "sender": authority.sender_line,
        "contact": authority.contact,
        "translation": {**_text(case, authority, spoken), "language": spoken} if spoken else None,
    }
    return LetterOrder("decision", text["subject"], context)


def _text(case: Case, authority: Authority, language: str) -> dict[str, Any]:
    """What the notice says, in one language."""
    definition, granted = definition_of(case), case.state == CaseState.GRANTED
    with translation.override(language):
        return {
            "subject": _title(case, "decision", language),
            "salutation": _("Guten Tag %(name)s,") % {"name": case.applicant_name},
            "decision": [_tenor(case, language)],
            "facts": _facts(case) if granted else [],
            "fee": _fee(case) if granted else "",
            "reasons": _reasons(case, language),
            "legal_basis": _citations(definition.legal_basis),
            "automated": case.decided_by_system,
            "automation": _citations((definition.automation or {}).get("legal_basis", ())),
            "remedy": objection_notice(authority=authority.name, address=authority.seat.line),
        }


def _spoken(case: Case) -> str:
    """The language of the applicant where it is not the official one; "" otherwise."""
    language = case.language[:2]
    return "" if language == OFFICIAL_LANGUAGE else language


def _citations(legal_basis: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(item["citation"]) for item in legal_basis if item["citation"]]


def _title(case: Case, template: str, language: str) -> str:
    definition = definition_of(case)
    name = next((name for name, letter in definition.letters.items() if letter["template"] == template), "")
    if case.state == CaseState.REJECTED:
        return _("Ablehnung: %(title)s") % {"title": definition.text("name", language)}
    if name:
        return definition.letter_title(name, language)
    return _("Bescheid: %(title)s") % {"title": definition.text("name", language)}


def _tenor(case: Case, language: str) -> str:
    name = definition_of(case).text("name", language)
    if case.state == CaseState.REJECTED:
        return _("Ihren Antrag „%(name)s“ lehnen wir ab.") % {"name": name}
    if case.valid_until:
        until = date_format(case.valid_until, "j. F Y")
        return _("Ihren Antrag „%(name)s“ bewilligen wir bis zum %(until)s.") % {"name": name, "until": until}
    return _("Ihren Antrag „%(name)s“ bewilligen wir.") % {"name": name}


def _facts(case: Case) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    if case.facts.get("zone"):
        rows.append({"label": _("Zone"), "value": str(case.facts["zone"])})
    if plate := answers_by_meaning(_form(case), case.answers).get("vehicle.plate"):
        rows.append({"label": _("Kennzeichen"), "value": str(plate)})
    if case.valid_until:
        rows.append({"label": _("Gültig bis"), "value": date_format(case.valid_until, "d.m.Y")})
    return rows


def _fee(case: Case) -> str:
    charge = charges_for_reference(case.number).first()
    if charge is None or not charge.amount_cents:
        return ""
    return _("Die Gebühr beträgt %(amount)s. Überweisen Sie sie bis zum %(due)s. Rechnungsnummer: %(invoice)s.") % {
        "amount": money(charge.amount_cents),
        "due": date_format(charge.due_at, "d.m.Y"),
        "invoice": charge.invoice_number,
    }


def _reasons(case: Case, language: str) -> list[dict[str, str]]:
    by_hand = _reason_by_hand(case)
    written = [{"text": by_hand, "source": ""}] if by_hand else []
    if case.state == CaseState.REJECTED:
        return written or [_reason(reason, language) for reason in case.reasons if not reason["met"]]
    return [_reason(reason, language) for reason in case.reasons if reason["met"]] + written


def _reason(reason: Mapping[str, Any], language: str) -> dict[str, str]:
    english = language == "en" and reason.get("text_en")
    return {"text": str(english or reason["text"]), "source": str(reason.get("source", ""))}


def _reason_by_hand(case: Case) -> str:
    event = case.events.filter(kind=case.state).last()
    return str(event.params.get("reason", "")) if event else ""


def _recipient(case: Case) -> list[str]:
    address = case.applicant_address
    if not address:
        return [case.applicant_name]
    street = f"{address.get('street', '')} {address.get('number', '')}".strip()
    town = f"{address.get('postcode', '')} {address.get('city', '')}".strip()
    return [line for line in (case.applicant_name, street, town) if line]


def _form(case: Case) -> Any:
    return form_of(case.definition_key, case.definition_version)


BUILDERS: dict[str, Callable[[Case], LetterOrder]] = {"decision": _notice, "parking_permit": _permit}
