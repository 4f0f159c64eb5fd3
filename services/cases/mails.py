"""Mails about a case, in the applicant's language, with a link that opens it: written down here, sent elsewhere.

Each has a cause of its own („cases/GE-7K3F-29MX/confirm“, „…/asked/17“), so that it is written once however often its
step runs. What a mail server refuses is shown at the step.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import translation

from services.cases.access import access_code, grouped, link_token
from services.cases.models import ActorKind, Case, Message
from services.cases.outbox import note_mail
from tenants.communes.addresses import site_address
from tenants.communes.hosts import HostKind
from tenants.mails.followers import MailNews, mail_followers
from tenants.mails.queries import failed_causes
from tenants.mails.texts import name_for_mail
from themes.mail import send_mail

PORTAL_URLCONF = f"rathausplatz.urls.{HostKind.PORTAL}"
ROOM = "cases"


def register() -> None:
    """Have the room told how its mails fare."""
    mail_followers.register(ROOM, show_at_step)


def case_url(case: Case) -> str:
    """The address of the case's page, for people who are known there already."""
    return _address(case, "status", case.number)


def opening_url(case: Case) -> str:
    """An address that opens the case for whoever has it; it goes to the applicant's own mailbox only."""
    return _address(case, "open", case.number, link_token(case))


def mail_applicant(case: Case, template: str, *, step: str, part: str = "", **context: Any) -> bool:
    """Write `cases/mail/<template>` to the applicant, once for each step (and part of it); returns whether it is new.

    Nobody can be written to without an address; that counts as done.
    """
    if not case.applicant_email:
        return True
    values = {
        "case": case,
        "name": name_for_mail(case.applicant_name),
        "case_url": opening_url(case),
        "code": grouped(access_code(case)),
        **context,
    }
    cause = "/".join(each for each in (ROOM, case.number, step, part) if each)
    with translation.override(case.language):
        return send_mail(cause=cause, to=case.applicant_email, template=f"cases/mail/{template}", context=values)


def mail_question(question: Message) -> None:
    """Write a clerk's question to the applicant."""
    mail_applicant(question.case, "asked", step="asked", part=str(question.pk), text=question.text)


def unsent_questions(case: Case) -> list[Message]:
    """Questions whose mail was given up, and the latest one, which the release before has left to its step."""
    asked = list(case.messages.filter(author_kind=ActorKind.CLERK))
    failed = failed_causes(f"{ROOM}/{case.number}/asked/")
    return [each for each in asked if f"{ROOM}/{case.number}/asked/{each.pk}" in failed or each is asked[-1]]


def show_at_step(news: MailNews) -> None:
    """Show at a case's step how its mail fares."""
    _room, number, step, *_part = news.cause.split("/")
    note_mail(number=number, name=step, problem=news.problem, given_up=news.given_up)


def _address(case: Case, name: str, *args: str) -> str:
    with translation.override(case.language):  # workers have no request, so they name the portal's addresses
        return site_address() + reverse(f"cases:{name}", args=args, urlconf=PORTAL_URLCONF)
