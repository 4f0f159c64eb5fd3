from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    verbose_name = "Seiten"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import checks, freshness, limits, readable, renditions, rules  # noqa: F401
        from cms.starter import register
        from themes.desk_rail import DeskScreen, desk_screens

        freshness.listen()
        register()
        readable.register()
        limits.register()
        renditions.register()
        desk_screens.register(
            "cms.editorial",
            DeskScreen(_("Redaktion"), "wagtailadmin_home", "accounts.open_editorial_desk", _("Verwaltung"), order=320),
        )
