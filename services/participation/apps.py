"""The room of participation."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    """Tables in each commune's schema."""

    name = "services.participation"
    label = "participation"
    verbose_name = _("Mitmachen")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.mails.sweepers import sweepers
        from themes.desk_rail import DeskScreen, desk_screens

        from . import actions, queries, readable, rules, starter  # noqa: F401

        starter.register()
        sweepers.register("links of ideas", actions.send_owed_links)
        readable.register()
        desk_screens.register(
            "participation.ideas",
            DeskScreen(
                _("Ideen prüfen"),
                "participation:moderation",
                "participation.moderate_ideas",
                _("Mitmachen"),
                order=200,
                waiting=queries.reports_waiting,
            ),
        )
