"""Invariants of the installation."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from services.payments.providers import providers


@register()
def the_invoice_provider_is_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """payments.E001: without it no fee can be demanded."""
    if any(key == "invoice" for key, _provider in providers.items()):
        return []
    return [Error("The payment provider 'invoice' is not registered.", id="payments.E001")]
