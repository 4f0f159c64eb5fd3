"""Invariants of the installation that mails and letters rely on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

KEPT_HERE = {
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
    "django.core.mail.backends.filebased.EmailBackend",
    "django.core.mail.backends.locmem.EmailBackend",
}


@register(Tags.security, deploy=True)
def mails_leave_the_house(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """themes.E001: in production mails are sent, not written to files or to the terminal."""
    if settings.EMAIL_BACKEND not in KEPT_HERE:
        return []
    hint = "Set MAIL_URL, for example smtp://user:password@host:587/?tls=True."
    return [Error("Mails stay on this machine; nobody receives them.", hint=hint, id="themes.E001")]
