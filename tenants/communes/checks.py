"""Invariants of the installation that belong to tenancy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Finding
from django.db.models import ForeignKey


@register(Tags.models)
def tenant_tables_stand_alone(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """communes.E001: no foreign key leads from a commune's schema to a shared table."""
    shared_only = {name for name in settings.SHARED_APPS if name not in settings.TENANT_APPS}
    models = [
        model
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for model in config.get_models()
    ]
    return [
        Error(
            f"{model._meta.label}.{field.name} leads from a commune's schema to a shared table.",
            hint="Refer to the shared row by its stable key.",
            obj=model,
            id="communes.E001",
        )
        for model in models
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and _app_of(field.related_model) in shared_only
    ]


def _app_of(model: Any) -> str:
    label = getattr(getattr(model, "_meta", None), "app_label", "")
    return str(apps.get_app_config(label).name) if label else ""


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


@register(Tags.security, deploy=True)
def proxies_are_counted(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """communes.E010: behind Caddy each visitor has an address of their own; without it all share one in every limit."""
    if settings.PROXY_HOPS > 0 or settings.DEMO:
        return []
    return [
        Error(
            "PROXY_HOPS is 0: every visitor has the address of the proxy, and the limits of one are those of all.",
            hint="Set PROXY_HOPS to the number of proxies of yours in front of the web server (1 with Caddy alone).",
            id="communes.E010",
        )
    ]


@register(Tags.caches, deploy=True)
def no_cache_is_left_over(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """communes.W003: nobody keeps a server for a cache that nothing reads."""
    if not os.environ.get("CACHE_URL"):
        return []
    return [
        Finding(
            "CACHE_URL is set, but each process remembers for itself and nothing reads it.",
            hint="Take the variable away, and the Redis behind it if it is not the broker.",
            id="communes.W003",
        )
    ]
