"""The room of cases: from a filled-in form to a decision that was sent."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Registers permissions, steps, fact sources and answer checks."""

    name = "services.cases"
    label = "cases"
    verbose_name = _("Vorgänge")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from services.cases import checks, facts, mails, plates, queries, readable, rules, starter, steps, tasks  # noqa: F401
        from tenants.communes.isolation.sharing import fleet_countable
        from tenants.communes.references import refer_to_shared
        from themes.desk_rail import DeskScreen, desk_screens

        fleet_countable.register("cases_case", ("submitted_at", "decided_at", "decided_by_id"))
        refer_to_shared(
            "cases_case",
            ("definition_key", "definition_version"),
            target="definitions_servicedefinition",
            keys=("key", "version"),
        )
        facts.register()
        plates.register()
        steps.register()
        mails.register()
        starter.register()
        readable.register()
        desk_screens.register(
            "cases.inbox",
            DeskScreen(_("Eingang"), "cases:inbox", "cases.see_inbox", order=100, waiting=queries.open_case_count),
        )
        desk_screens.register(
            "cases.account", DeskScreen(_("Mein Konto"), "account_home", "cases.open_own_page", order=900)
        )
