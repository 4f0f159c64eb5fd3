from __future__ import annotations

from django.apps import AppConfig


class CommunesConfig(AppConfig):
    name = "tenants.communes"
    label = "communes"
    verbose_name = "Kommunen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.communes import cells, checks, content_types  # noqa: F401

        cells.route_by_scope()
        content_types.separate_by_schema()
