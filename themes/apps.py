"""Themes: how every commune looks."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ThemesConfig(AppConfig):
    """Brand, components, mails and letters."""

    name = "themes"
    label = "themes"
    verbose_name = _("Erscheinungsbild")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from themes import checks, closed, rules  # noqa: F401
        from themes.desk_rail import DeskScreen, desk_screens
        from themes.starter import register

        register()
        closed.register()
        desk_screens.register(
            "themes.brand", DeskScreen(_("Marke"), "edit_brand", "themes.change_brand", _("Verwaltung"), order=310)
        )
