"""Mails about a case, in the applicant's language, with a link that opens it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import translation

from services.cases.access import access_code, grouped, link_token
from services.cases.models import Case
from tenants.communes.addresses import site_address
from tenants.communes.hosts import HostKind
from themes.mail import compose_mail

PORTAL_URLCONF = f"rathausplatz.urls.{HostKind.PORTAL}"


def case_url(case: Case) -> str:
    """The address of the case's page, for people who are known there already."""
    return _address(case, "status", case.number)


def opening_url(case: Case) -> str:
    """An address that opens the case for whoever has it; it goes to the applicant's own mailbox only."""
    return _address(case, "open", case.number, link_token(case))


def mail_applicant(case: Case, template: str, **context: Any) -> None:
    """Send `cases/mail/<template>` to the applicant now. Raises what the mail server says, so that it is retried.

    Called from steps: the step is done only if the mail server has taken the mail.
    """
    if not case.applicant_email:
        return
    values = {"case": case, "case_url": opening_url(case), "code": grouped(access_code(case)), **context}
    with translation.override(case.language):
        message = compose_mail(to=case.applicant_email, template=f"cases/mail/{template}", context=values)
    message.send(fail_silently=False)


def _address(case: Case, name: str, *args: str) -> str:
    with translation.override(case.language):  # workers have no request, so they name the portal's addresses
        return site_address() + reverse(f"cases:{name}", args=args, urlconf=PORTAL_URLCONF)
