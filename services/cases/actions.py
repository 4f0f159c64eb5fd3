"""What can be done with cases: submit, decide, ask, answer, withdraw, settle the fee."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from services.cases import access
from services.cases.authority import AuthorityAddressMissing, has_address
from services.cases.history import add_event
from services.cases.letters import needs_zone, validity_of
from services.cases.locks import CaseBusy, again_after_collision, locked_case, locked_step
from services.cases.mails import mail_question
from services.cases.models import ActorKind, Case, CaseState, EventKind, Message, StepState
from services.cases.numbers import new_number
from services.cases.offerings import definition_of, offered_service, settings_of
from services.cases.outbox import (
    plan_steps,
    release_after,
    retry_step,
    run_step,
    skip_open_steps,
)
from services.cases.states import TransitionError, change_state
from services.cases.steps import steps_of
from services.cases.zones import zone_choices
from services.catalogue.holidays import is_holiday
from services.catalogue.seat import land_of_town
from services.definitions.queries import definition
from services.forms.actions import ClaimedDraft, DraftAlreadyClaimed, claim_draft
from services.forms.models import Draft
from services.forms.queries import form_of
from services.forms.schema import FormContext, FormSchema, answers_by_meaning, remaining_errors
from services.payments.actions import cancel_charge, mark_paid
from services.payments.models import Charge
from services.payments.queries import charges_for_reference
from tenants.accounts.access import require
from tenants.communes.scope import require_commune

__all__ = [
    "Applicant",
    "CaseBusy",
    "DecisionIncomplete",
    "SubmissionIncomplete",
    "TransitionError",
    "applicant_from",
    "ask_applicant",
    "decide_case",
    "retry_step",
    "run_step",
    "settle_charge",
    "submit_case",
    "withdraw_case",
    "write_message",
]
PROMISED_WORKING_DAYS = 5
NUMBER_TRIES = 20


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who a case is for."""

    name: str
    email: str = ""
    birth_date: date | None = None
    address: Mapping[str, Any] = field(default_factory=dict)


class SubmissionIncomplete(Exception):
    """Answers are missing or no longer right. `errors`: sentences by step and input."""

    def __init__(self, errors: dict[str, dict[str, str]]) -> None:
        self.errors = errors
        super().__init__(_("Einige Angaben fehlen noch oder stimmen nicht mehr."))


class DecisionIncomplete(Exception):
    """Something is missing for a decision by hand. `field` names it; the text says what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def applicant_from(schema: FormSchema, answers: Mapping[str, Any]) -> Applicant:
    """The applicant as the answers describe them, by the meaning of the questions."""
    given = answers_by_meaning(schema, answers)
    name = f"{given.get('applicant.given_name', '')} {given.get('applicant.family_name', '')}".strip()
    born = given.get("applicant.birth_date")
    return Applicant(
        name=name or str(given.get("applicant.email") or _("ohne Namen")),
        email=str(given.get("applicant.email", "")),
        birth_date=date.fromisoformat(born) if born else None,
        address=given.get("applicant.address") or {},
    )


@again_after_collision
def submit_case(
    *,
    draft: Draft,
    applicant: Applicant,
    user: Any = None,
    language: str | None = None,
    received_at: datetime | None = None,
    mailed: bool = True,
) -> Case:
    """Make a case of a draft, once: a second call for the same draft, even at the same time, returns the same case.

    Stores case, history and all outgoing work in one transaction. `received_at` is for an application that came in
    earlier on paper. One that is not `mailed` gets no receipt and waits for a person: its address has been written to
    too often today. Raises DraftExpired, SubmissionIncomplete, OfferingNotFound (the commune no longer offers it).
    """
    number, spoken = _free_number(), (language or get_language() or "de")[:2]
    try:
        with transaction.atomic():
            claimed = claim_draft(draft=draft, reference=number)
            case = _stored_case(claimed, number, applicant, user, spoken, received_at or timezone.now())
            _begin(case, mailed)
            return case
    except DraftAlreadyClaimed as sent:
        return Case.objects.get(number=sent.reference)


@again_after_collision
@transaction.atomic
def decide_case(*, case: Case, actor: Any, outcome: str, reason: str, facts: Mapping[str, Any] | None = None) -> Case:
    """Decide by hand: outcome „grant“ or „reject“. A rejection needs a reason. Needs cases.decide_case.

    `facts` are what the clerk has found out, such as the zone; they replace what the rules knew and stay in the
    history. The same decision twice changes nothing. Raises PermissionDenied, TransitionError, and DecisionIncomplete
    for a missing reason or a fact that the documents need.
    """
    require(actor, "cases.decide_case", case)
    reason = reason.strip()
    if outcome not in ("grant", "reject"):
        raise ValueError(outcome)
    if outcome == "reject" and not reason:
        raise DecisionIncomplete("reason", _("Begründen Sie die Ablehnung. Die Begründung steht im Bescheid."))
    row = locked_case(case.pk)
    to = CaseState.GRANTED if outcome == "grant" else CaseState.REJECTED
    if row.state == to:
        return row
    found = {name: value for name, value in (facts or {}).items() if value}
    _check_documents(row, outcome, {**row.facts, **found})
    valid_until = validity_of(row) if outcome == "grant" else None
    row = change_state(case=row, to=to, decided_by=actor, valid_until=valid_until)
    kind = EventKind.GRANTED if outcome == "grant" else EventKind.REJECTED
    Case.objects.filter(pk=row.pk).update(facts={**row.facts, **found})
    add_event(row, kind, ActorKind.CLERK, actor=actor, reason=reason, has_reasons=bool(row.reasons), facts=found)
    if outcome == "reject":
        _cancel_open_charges(row, actor)
    step = locked_step(row, "decide")
    if step and step.state != StepState.DONE:
        step.state, step.due_at, step.last_error = StepState.SKIPPED, None, ""
        step.save(update_fields=["state", "due_at", "last_error"])
    release_after(case_id=row.pk, name="decide")
    return row


@again_after_collision
@transaction.atomic
def ask_applicant(*, case: Case, actor: Any, text: str) -> Message:
    """Put a question to the applicant, by a mail of its own; the case waits for the answer. Needs cases.ask_applicant.

    Raises PermissionDenied, TransitionError.
    """
    require(actor, "cases.ask_applicant", case)
    row = change_state(case=case, to=CaseState.WAITING)
    message = Message.objects.create(
        case=row, author_kind=ActorKind.CLERK, author=actor, text=text.strip(), at=timezone.now()
    )
    add_event(row, EventKind.ASKED, ActorKind.CLERK, actor=actor)
    mail_question(message)
    return message


@again_after_collision
@transaction.atomic
def write_message(*, case: Case, text: str, user: Any = None) -> Message:
    """The applicant writes about their case; a case that waited for them goes back to the clerks. Raises CaseBusy."""
    row = locked_case(case.pk)
    message = Message.objects.create(
        case=row, author_kind=ActorKind.APPLICANT, author=user, text=text.strip(), at=timezone.now()
    )
    add_event(row, EventKind.ANSWERED, ActorKind.APPLICANT, actor=user)
    if row.state == CaseState.WAITING:
        change_state(case=row, to=CaseState.IN_REVIEW)
    return message


@again_after_collision
@transaction.atomic
def withdraw_case(*, case: Case, user: Any = None) -> Case:
    """The applicant takes the application back, as long as it is not decided; an open fee is cancelled with it.

    May be called twice.
    """
    row = locked_case(case.pk)
    if row.state == CaseState.WITHDRAWN:
        return row
    row = change_state(case=row, to=CaseState.WITHDRAWN)
    add_event(row, EventKind.WITHDRAWN, ActorKind.APPLICANT, actor=user)
    skip_open_steps(case=row)
    _cancel_open_charges(row, actor=None)
    return row


@again_after_collision
@transaction.atomic
def settle_charge(*, case: Case, charge: Charge, actor: Any) -> Charge:
    """Note that the fee has been paid. Needs cases.settle_charge; a second call changes nothing.

    Raises PermissionDenied, one's own fee included, CaseBusy, ChargeConflict.
    """
    require(actor, "cases.settle_charge", case)
    row = locked_case(case.pk)
    if charge.reference != case.number:
        raise ValueError(f"{charge.invoice_number} does not belong to {case.number}")
    was_open = charge.is_open
    settled = mark_paid(charge=charge, actor=actor)
    if was_open:
        add_event(row, EventKind.PAID, ActorKind.CLERK, actor=actor, amount_cents=settled.amount_cents)
    return settled


def promised_by(start: datetime, working_days: int) -> datetime:
    """The end of the day that many working days later: Monday to Friday, without the holidays of the Land."""
    day, land = timezone.localtime(start).date(), land_of_town()
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5 and not is_holiday(day, land)
    return timezone.make_aware(datetime.combine(day, datetime.min.time()) + timedelta(hours=23, minutes=59))


def _stored_case(
    claimed: ClaimedDraft, number: str, applicant: Applicant, user: Any, language: str, received_at: datetime
) -> Case:
    offering = offered_service(claimed.offering_slug, language)
    form = form_of(claimed.definition_key, claimed.definition_version)
    context = FormContext(settings=offering.settings, language=language)
    if errors := remaining_errors(form, claimed.answers, context):
        raise SubmissionIncomplete(errors)
    service = definition(claimed.definition_key, claimed.definition_version)
    case = Case.objects.create(
        number=number,
        access_salt=access.new_salt(),
        offering_slug=claimed.offering_slug,
        definition_key=claimed.definition_key,
        definition_version=claimed.definition_version,
        title=service.text("name", "de"),
        language=language,
        answers=claimed.answers,
        applicant_name=applicant.name[:200],
        applicant_email=applicant.email,
        applicant_birth_date=applicant.birth_date,
        applicant_address=dict(applicant.address),
        user=user if user is not None and user.is_authenticated else None,
        submitted_at=received_at,
        due_at=promised_by(received_at, int(offering.settings.get("working_days") or PROMISED_WORKING_DAYS)),
    )
    return case


def _begin(case: Case, mailed: bool) -> None:
    add_event(case, EventKind.SUBMITTED, ActorKind.APPLICANT, actor=case.user, **({} if mailed else {"unmailed": True}))
    names = steps_of(definition_of(case))
    plan_steps(case=case, names=[name for name in names if mailed or name != "confirm"])


def _check_documents(case: Case, outcome: str, facts: Mapping[str, Any]) -> None:
    """Refuse a decision whose documents could not be written. Raises DecisionIncomplete."""
    if not has_address(case):
        raise DecisionIncomplete("", str(AuthorityAddressMissing()))
    if outcome != "grant" or not needs_zone(case):
        return
    zone, offered = facts.get("zone"), dict(zone_choices(settings_of(case)))
    if zone and (zone in offered or zone == case.facts.get("zone")):
        return
    if offered:
        raise DecisionIncomplete("zone", _("Wählen Sie die Zone aus, für die der Ausweis gilt."))
    raise DecisionIncomplete("zone", _("Es gibt noch keine Zone. Die Verwaltung legt sie unter „Leistungen“ an."))


def _free_number() -> str:
    slug = require_commune().slug
    for _attempt in range(NUMBER_TRIES):
        number = new_number(slug)
        if not Case.objects.filter(number=number).exists():
            return number
    raise RuntimeError("No free case number found.")


def _cancel_open_charges(case: Case, actor: Any) -> None:
    for charge in charges_for_reference(case.number):
        if charge.is_open:
            cancel_charge(charge=charge, actor=actor)
