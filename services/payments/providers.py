"""How a fee can be paid: the registry of providers.

A provider knows how to start a payment and whether a decision waits for the money. Its options are one
pydantic model; what a commune has stored for it is validated before use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from services.payments.models import Charge, PaymentSettings
from tenants.communes.registry import Registry


class ProviderOptionsInvalid(ValueError):
    """Stored options don't fit the provider; the message names the fields."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the payer does next. `template` shows it on the case's page; `url` sends the payer elsewhere."""

    kind: str
    template: str = ""
    url: str = ""
    due_at: date | None = None


class PaymentProvider(Protocol):
    """A way to pay. `settles_before_decision`: the decision waits until the charge is paid."""

    key: str
    settles_before_decision: bool
    options: type[BaseModel]

    @property
    def label(self) -> str: ...

    def due_at(self, *, today: date, options: BaseModel) -> date: ...

    def start(self, charge: Charge) -> NextStep:
        """Begin (or begin again) to collect an open charge; may be run twice."""
        ...

    def check_config(self, settings: PaymentSettings) -> list[str]:
        """Sentences about what is missing in this commune; empty if all is well."""
        ...


providers: Registry[PaymentProvider] = Registry("payment providers")


def register(provider: PaymentProvider) -> None:
    """Make a provider known. A duplicate key raises."""
    providers.register(provider.key, provider)


def validated_options(provider: PaymentProvider, stored: Mapping[str, Any]) -> BaseModel:
    """The commune's options for this provider. Raises ProviderOptionsInvalid."""
    try:
        return provider.options.model_validate(stored.get(provider.key, {}))
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in item["loc"]) for item in error.errors())
        raise ProviderOptionsInvalid(f"{provider.key}: {fields}") from error
