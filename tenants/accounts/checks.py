"""Invariants of the installation that belong to accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def second_factor_is_demanded(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """accounts.E001: outside a demo, staff and operators sign in with a second factor."""
    if settings.REQUIRE_SECOND_FACTOR:
        return []
    return [Error("REQUIRE_SECOND_FACTOR is off.", hint="Unset it, or unset RATHAUSPLATZ_DEMO.", id="accounts.E001")]
