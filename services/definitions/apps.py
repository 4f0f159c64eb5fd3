"""The room of service definitions."""

from __future__ import annotations

from django.apps import AppConfig


class DefinitionsConfig(AppConfig):
    """Shared tables, in the schema public."""

    name = "services.definitions"
    label = "definitions"
    verbose_name = "Leistungen (Stammtexte)"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.communes.isolation.sharing import shared_readable
        from tenants.communes.starters import register_starter

        from . import checks  # noqa: F401
        from .actions import load_shipped_packages

        shared_readable.register("definitions_servicedefinition", "every portal shows and uses definitions")
        # the table is shared; seeding the template is simply the moment when a release's packages are loaded
        register_starter("definitions", order=10, seed=load_shipped_packages)
