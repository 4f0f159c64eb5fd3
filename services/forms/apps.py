"""The room of forms."""

from __future__ import annotations

from django.apps import AppConfig


class FormsConfig(AppConfig):
    """Registers how a form in a package is checked."""

    name = "services.forms"
    label = "forms"
    verbose_name = "Formulare"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from services.definitions.parts import part_checks
        from tenants.communes.references import refer_to_shared

        from . import checks  # noqa: F401
        from .schema import check_form

        part_checks.register("form", check_form)
        refer_to_shared(
            "forms_draft",
            ("definition_key", "definition_version"),
            target="definitions_servicedefinition",
            keys=("key", "version"),
        )
