"""How allauth behaves on our hosts."""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language, override

from tenants.accounts.places import places_for
from tenants.communes.actions import note_activity
from tenants.communes.addresses import site_address
from tenants.communes.hosts import HostKind
from tenants.communes.scope import current_commune

LINKS = ("activate_url", "password_reset_url", "login_url", "signup_url")


class AccountAdapter(DefaultAccountAdapter):
    """Citizens may register on portals; operators are appointed. Links in mails use the stored host."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return getattr(request, "host_kind", None) == HostKind.PORTAL

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff go to their work, operators to the console, everybody else to their own page."""
        places = places_for(request)
        return places[0].url if places else str(super().get_login_redirect_url(request))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in; for a commune that counts as activity."""
        super().login(request, user)
        commune = current_commune()
        if commune is not None:
            note_activity(commune_id=commune.id)

    def get_from_email(self) -> str:
        commune = current_commune()
        if commune is None:
            return settings.DEFAULT_FROM_EMAIL
        return f'"{commune.name}" <{commune.slug}@{settings.MAIL_DOMAIN}>'

    def format_email_subject(self, subject: str) -> str:
        return " ".join(subject.split())

    def mail_context(self) -> dict[str, Any]:
        """What every mail's template knows beside its own values. The wiring adds the brand."""
        return {"portal_url": site_address(), "demo_mode": settings.DEMO}

    def mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> EmailMessage:
        """A rendered mail in the language of its reader, with links on the stored host; not sent."""
        address = site_address()
        values = {**self.mail_context(), "email": email, **context}
        for key in LINKS:
            url = values.get(key)
            if isinstance(url, str) and "://" in url:
                values[key] = address + "/" + url.split("://", 1)[1].partition("/")[2]
        language = getattr(context.get("user"), "language", "") or get_language() or settings.LANGUAGE_CODE
        with override(language):
            message: EmailMessage = self.render_mail(template_prefix, email, values)
        return message

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail when the transaction commits; one that is rolled back sends nothing."""
        transaction.on_commit(partial(self.mail(template_prefix, email, context).send, fail_silently=False))
