"""The room of what a commune offers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    """Tables in each commune's schema."""

    name = "services.catalogue"
    label = "catalogue"
    verbose_name = _("Leistungen vor Ort")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.communes.references import refer_to_shared
        from themes.desk_rail import DeskScreen, desk_screens

        from . import readable, rules, starter  # noqa: F401

        starter.register()
        refer_to_shared(
            "catalogue_offering",
            ("definition_key", "definition_version"),
            target="definitions_servicedefinition",
            keys=("key", "version"),
        )
        readable.register()
        desk_screens.register(
            "catalogue.offerings",
            DeskScreen(_("Leistungen"), "catalogue:offerings", "catalogue.manage_offerings", _("Verwaltung"), 300),
        )
