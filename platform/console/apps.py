"""The operator's console: taking communes on and looking after them."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """Directory, onboarding, fleet."""

    name = "console"
    label = "console"
    verbose_name = _("Konsole")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from console import removal
        from console.starter import register
        from tenants.accounts.places import register_place
        from themes.desk_rail import DeskScreen, desk_screens

        register()
        removal.register()
        register_place(
            "console", title=_("Zur Konsole"), url="/", permission="accounts.operate_platform", host="console"
        )
        # accounts lie below themes and can't know its rail
        desk_screens.register(
            "accounts.staff",
            DeskScreen(_("Personal"), "accounts_staff", "accounts.manage_staff", _("Verwaltung"), order=320),
        )
        desk_screens.register(
            "accounts.exports",
            DeskScreen(_("Daten mitnehmen"), "accounts_exports", "accounts.export_commune", _("Verwaltung"), order=330),
        )
