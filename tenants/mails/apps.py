"""The room of outgoing mails: below everybody who writes some."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailsConfig(AppConfig):
    """One table in public and one in each commune's schema."""

    name = "tenants.mails"
    label = "mails"
    verbose_name = _("Nachrichten")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.communes.archives.readable.secrets import left_out
        from tenants.mails import tasks  # noqa: F401

        left_out.register("mails.outgoingmail", "technical: what was written stands with the thing it was about")
