from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "services.payments"
    label = "payments"
    verbose_name = _("Gebühren")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from services.payments import checks, invoice, rules, starters  # noqa: F401

        invoice.register()
        starters.register()
