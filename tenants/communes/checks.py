"""Invariants of the installation that belong to tenancy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db.models import ForeignKey


@register(Tags.models)
def tenant_tables_stand_alone(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """communes.E001: no foreign key leads from a commune's schema to a shared table."""
    shared_only = {name for name in settings.SHARED_APPS if name not in settings.TENANT_APPS}
    problems: list[CheckMessage] = []
    for config in apps.get_app_configs():
        if _entry(config) not in settings.TENANT_APPS:
            continue
        for model in config.get_models():
            for field in model._meta.get_fields():
                if not isinstance(field, ForeignKey) or not isinstance(field.related_model, type):
                    continue
                target = apps.get_app_config(field.related_model._meta.app_label)
                if _entry(target) in shared_only:
                    problems.append(
                        Error(
                            f"{model._meta.label}.{field.name} leads from a commune's schema to a shared table.",
                            hint="Refer to the shared row by its stable key.",
                            obj=model,
                            id="communes.E001",
                        )
                    )
    return problems


def _entry(config: AppConfig) -> str:
    return config.name


@register(Tags.caches)
def caches_know_the_commune(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """communes.E002: every cache alias prefixes its keys with the schema."""
    wanted = "tenants.communes.caching.key_of_commune"
    return [
        Error(
            f"Cache alias {alias!r} does not set KEY_FUNCTION.",
            hint=f"Set it to {wanted!r}.",
            id="communes.E002",
        )
        for alias, options in settings.CACHES.items()
        if options.get("KEY_FUNCTION") != wanted
    ]


@register(Tags.security, deploy=True)
def hosts_are_named(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """communes.E003: a production installation has a base domain of its own."""
    if settings.BASE_DOMAIN == "localhost" or settings.DEMO:
        return [
            Error(
                "BASE_DOMAIN is localhost or the demo mode is on.",
                hint="Set BASE_DOMAIN to the platform's domain and unset RATHAUSPLATZ_DEMO.",
                id="communes.E003",
            )
        ]
    return []
