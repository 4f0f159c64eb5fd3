"""How allauth behaves on our hosts."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import get_language, override

from tenants.accounts.places import places_for
from tenants.accounts.sessions import begin_session
from tenants.accounts.sign_in_limits import LimitedSignIn
from tenants.communes.actions import note_activity
from tenants.communes.addresses import site_address
from tenants.communes.hosts import HostKind
from tenants.communes.limits import Limit, is_exceeded
from tenants.communes.scope import current_commune
from tenants.mails.actions import keep_mail
from tenants.mails.texts import without_links

# sign-ups, new addresses and forgotten passwords that name one address, whoever sends them
NAMING_AN_ADDRESS = Limit("accounts.address-named", times=10, seconds=24 * 3600)
LINKS = ("activate_url", "password_reset_url", "login_url", "signup_url")


class AccountAdapter(LimitedSignIn):
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
        begin_session(request.session)
        commune = current_commune()
        if commune is not None:
            note_activity(commune_id=commune.id)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How somebody signed in proves once more who they are: by the factor where there is one.

        A password alone could otherwise take the factor away that protects against its theft.
        """
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        by_factor = [method for method in methods if method["id"] != "reauthenticate"]
        return by_factor or methods

    def clean_email(self, email: str) -> str:
        """An address that a form names and that may get a mail for it. Too often in a day is answered with 429.

        Counted before anybody looks whether there is an account, so that the answer tells nothing.
        """
        address = str(super().clean_email(email))
        if self._is_named_too_often(address.lower()):
            raise ImmediateHttpResponse(render(self.request, "account/too_many_mails.html", status=429))
        return address

    def _is_named_too_often(self, address: str) -> bool:
        """Counted once a request, however often allauth looks at the address: the number must tell nothing either."""
        seen = self.request.__dict__.setdefault("addresses_named", {})
        if address not in seen:
            seen[address] = is_exceeded(NAMING_AN_ADDRESS, address)
        return bool(seen[address])

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

    def mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> EmailMultiAlternatives:
        """A rendered mail in the language of its reader, with links on the stored host; not written down yet."""
        address = site_address()
        values = {**self.mail_context(), "email": email, **context}
        for key in LINKS:
            url = values.get(key)
            if isinstance(url, str) and "://" in url:
                values[key] = address + "/" + url.split("://", 1)[1].partition("/")[2]
        if "user_agent" in values:
            values["user_agent"] = without_links(str(values["user_agent"])) or "–"
        language = getattr(context.get("user"), "language", "") or get_language() or settings.LANGUAGE_CODE
        with override(language):
            message: EmailMultiAlternatives = self.render_mail(template_prefix, email, values)
        return message

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell somebody what changed at their account, when and from where.

        allauth calls this after the commit, too, where a statement needs a transaction of its own.
        """
        values = {"user": user, **(context or {})}
        with transaction.atomic():
            super().send_notification_mail(template_prefix, user, values, email or user.email)

    def send_mail_now(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a mail down with the rest of the request; the worker sends it, so no page waits for a mail server."""
        about = template_prefix.rpartition("/")[2]
        keep_mail(cause=f"accounts/{about}/{uuid.uuid4().hex}", message=self.mail(template_prefix, email, context))
