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
        from . import checks  # noqa: F401
