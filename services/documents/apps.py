from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "services.documents"
    label = "documents"
    verbose_name = _("Dokumente")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from services.documents import checks, inventory, rules, smoke  # noqa: F401

        inventory.register()
        smoke.register()
