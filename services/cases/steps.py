"""The steps of a case: receipt, fee, decision, documents, news, reminder. Each may run twice.

`after` leaves room for haste: nobody waits for a mail before a decision or a document.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.cases.authority import has_address
from services.cases.facts import facts_for
from services.cases.history import add_event
from services.cases.letters import OFFICIAL_LANGUAGE, letters_for, validity_of
from services.cases.mails import mail_applicant
from services.cases.models import ActorKind, Case, CaseState, EventKind
from services.cases.offerings import definition_of, offering_of
from services.cases.outbox import StepHandler, step_handlers
from services.cases.states import change_state, locked_case
from services.decisions.engine import Decision, decide
from services.definitions.definition import Definition
from services.documents.actions import issue_document
from services.payments.actions import create_charge
from services.payments.queries import charges_for_reference
from tenants.communes.scope import require_commune

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
        StepHandler("asked", _("Rückfrage schicken"), send_question),
    ):
        step_handlers.register(handler.name, handler)


def steps_of(definition: Definition) -> tuple[str, ...]:
    """The steps that a case of this definition goes through."""
    return tuple(definition.content.get("steps") or DEFAULT_STEPS)


def confirm(case: Case) -> bool:
    """Mail the receipt with number, code and link."""
    mail_applicant(case, "received")
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
    _one_at_a_time(case)
    row = locked_case(case.pk)
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
    """Whether the law and the commune allow a decision without a person (§ 35a VwVfG), and a notice can be written."""
    offering = offering_of(case)
    bound = definition.act == "bound" and definition.automation is not None
    return bound and offering is not None and offering.channel == "instant" and has_address(case)


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
    mail_applicant(case, "granted" if case.state == CaseState.GRANTED else "rejected")
    add_event(case, EventKind.NOTIFIED, ActorKind.SYSTEM, public=False)
    return True


def send_question(case: Case) -> bool:
    """Mail the clerk's latest question."""
    question = case.messages.filter(author_kind=ActorKind.CLERK).last()
    if question:
        mail_applicant(case, "asked", text=question.text)
    return True


def remind(case: Case) -> bool:
    """Say that what was granted ends soon."""
    if case.state == CaseState.GRANTED:
        mail_applicant(case, "expiring")
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


def _one_at_a_time(case: Case) -> None:
    """Two applications of one person are decided one after the other, so that „only one each“ holds."""
    who = f"{case.applicant_name.lower()}:{case.applicant_birth_date}"
    person = f"{require_commune().schema}:{case.definition_key}:{who}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [person])
