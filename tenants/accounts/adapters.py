"""How allauth behaves on our hosts."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from tenants.communes.addresses import site_address
from tenants.communes.hosts import HostKind
from tenants.communes.scope import current_commune


class AccountAdapter(DefaultAccountAdapter):
    """Citizens may register on portals; operators are appointed. Links in mails use the stored host."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return getattr(request, "host_kind", None) == HostKind.PORTAL

    def get_from_email(self) -> str:
        commune = current_commune()
        if commune is None:
            return settings.DEFAULT_FROM_EMAIL
        return f'"{commune.name}" <{commune.slug}@{settings.MAIL_DOMAIN}>'

    def format_email_subject(self, subject: str) -> str:
        return " ".join(subject.split())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        address = site_address()
        for key in ("activate_url", "password_reset_url", "login_url", "signup_url"):
            url = context.get(key)
            if isinstance(url, str) and "://" in url:
                context[key] = address + "/" + url.split("://", 1)[1].partition("/")[2]
        super().send_mail(template_prefix, email, context)
