from __future__ import annotations

from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    verbose_name = "Seiten"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import checks, freshness, rules  # noqa: F401
        from cms.starter import register

        freshness.listen()
        register()
