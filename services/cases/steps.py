"""The steps of a case: receipt, fee, decision, documents, news, reminder. Each may run twice.

Mails are written down here and sent by another process: nobody waits for a mail server.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.cases.authority import has_address
from services.cases.facts import facts_for
from services.cases.history import add_event
from services.cases.letters import OFFICIAL_LANGUAGE, letters_for, validity_of
from services.cases.locks import locked_case, wait_for_person
from services.cases.mails import mail_applicant, mail_question, unsent_questions
from services.cases.models import ActorKind, Case, CaseState, EventKind
from services.cases.offerings import definition_of, offering_of
from services.cases.outbox import StepHandler, step_handlers
from services.cases.queries import is_unmailed
from services.cases.states import change_state
from services.decisions.engine import Decision, decide
from services.definitions.definition import Definition
from services.documents.actions import issue_document
from services.payments.actions import create_charge
from services.payments.queries import charges_for_reference
from tenants.mails.queries import has_bounced

DEFAULT_STEPS = ("confirm", "charge", "decide", "issue", "notify", "remind")
REMIND_BEFORE = timedelta(days=31)


def register() -> None:
    """Enter this room's handlers."""
    for handler in (
        StepHandler("confirm", _("Eingang bestätigen"), confirm),
        StepHandler("charge", _("Gebühr erheben"), charge),
        StepHandler("decide", _("Entscheiden"), decide_by_rules, after=("charge",)),
        StepHandler("issue", _("Dokumente ausstellen"), issue, after=("decide",)),
        StepHandler("notify", _("Ergebnis mitteilen"), notify, after=("issue",)),
        StepHandler("remind", _("An die Verlängerung erinnern"), remind, after=("notify",), due=reminder_time),
        StepHandler("asked", _("Rückfrage schicken"), send_questions),
    ):
        step_handlers.register(handler.name, handler)


def steps_of(definition: Definition) -> tuple[str, ...]:
    """The steps that a case of this definition goes through."""
    return tuple(definition.content.get("steps") or DEFAULT_STEPS)


def confirm(case: Case) -> bool:
    """Mail the receipt with number, code and link."""
    mail_applicant(case, "received", step="confirm")
    return True


def charge(case: Case) -> bool:
    """Demand the fee by invoice, once."""
    offering = offering_of(case)
    cents = (offering.fee_cents if offering else None) or 0
    if not cents or charges_for_reference(case.number).exists():
        return True
    create_charge(
        reference=case.number,
        amount_cents=cents,
        purpose=definition_of(case).text("name", "de"),
        payer_name=case.applicant_name,
    )
    add_event(case, EventKind.CHARGED, ActorKind.SYSTEM, amount_cents=cents)
    return True


def decide_by_rules(case: Case) -> bool:
    """Run the rules. All met → granted by the system, where the law allows that; else a person decides.

    The system never rejects: what speaks against a grant becomes a proposal (§ 35a VwVfG, § 24 Abs. 1 Satz 3 VwVfG).
    """
    row = locked_case(case.pk)
    wait_for_person(row)
    if row.state != CaseState.SUBMITTED:
        return not row.is_open
    definition = definition_of(row)
    decision = _decision(row, definition)
    if decision and decision.outcome == "grant" and may_be_automatic(row, definition):
        change_state(case=row, to=CaseState.GRANTED, valid_until=validity_of(row))
        add_event(row, EventKind.GRANTED, ActorKind.SYSTEM, has_reasons=True)
        return True
    change_state(case=row, to=CaseState.IN_REVIEW)
    add_event(row, EventKind.REVIEW, ActorKind.SYSTEM, has_reasons=bool(row.reasons))
    return False


def may_be_automatic(case: Case, definition: Definition) -> bool:
    """Whether the law and the commune allow a decision without a person (§ 35a VwVfG), and a notice can be written.

    And reach somebody: not for an address that does not exist, nor when too much was sent from there today.
    """
    offering = offering_of(case)
    bound = definition.act == "bound" and definition.automation is not None
    if not bound or offering is None or offering.channel != "instant" or not has_address(case):
        return False
    return not is_unmailed(case) and not (case.applicant_email and has_bounced(case.applicant_email))


def issue(case: Case) -> bool:
    """Render, seal and register the documents of the decision."""
    for order in letters_for(case):
        document = issue_document(
            template=order.template,
            context=order.context,
            title=order.title,
            reference=case.number,
            language=OFFICIAL_LANGUAGE,
            valid_until=order.valid_until,
        )
        add_event(case, EventKind.ISSUED, ActorKind.SYSTEM, public=False, title=document.title)
    return True


def notify(case: Case) -> bool:
    """Mail the result with the link to the documents."""
    if mail_applicant(case, "granted" if case.state == CaseState.GRANTED else "rejected", step="notify"):
        add_event(case, EventKind.NOTIFIED, ActorKind.SYSTEM, public=False)
    return True


def send_questions(case: Case) -> bool:
    """Mail the questions again that could not be delivered; each is mailed when it is asked."""
    for question in unsent_questions(case):
        mail_question(question)
    return True


def remind(case: Case) -> bool:
    """Say that what was granted ends soon."""
    if case.state == CaseState.GRANTED and mail_applicant(case, "expiring", step="remind"):
        add_event(case, EventKind.REMINDED, ActorKind.SYSTEM)
    return True


def reminder_time(case: Case) -> datetime | None:
    """A month before the end, at nine in the morning; None if there is no end or it is too near."""
    if not case.valid_until or case.state != CaseState.GRANTED:
        return None
    day = case.valid_until - REMIND_BEFORE
    if day <= timezone.localdate():
        return None
    return timezone.make_aware(datetime.combine(day, time(9)))


def _decision(row: Case, definition: Definition) -> Decision | None:
    if definition.decision is None:
        return None
    row.facts = facts_for(row)
    decision = decide(definition.decision, row.facts)
    row.reasons = [asdict(reason) for reason in decision.reasons]
    row.proposal = decision.outcome if decision.outcome in ("grant", "reject") else ""
    row.save(update_fields=["facts", "reasons", "proposal"])
    return decision
