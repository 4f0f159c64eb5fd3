"""Paying by invoice: a credit transfer within some days after the decision, with a GiroCode."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from services.payments import providers
from services.payments.girocode import GiroCodeError, checked_iban
from services.payments.models import Charge, PaymentSettings


class InvoiceOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    due_days: int = Field(default=14, ge=1, le=90)


class InvoiceProvider:
    key = "invoice"
    settles_before_decision = False
    options: type[BaseModel] = InvoiceOptions

    @property
    def label(self) -> str:
        return _("Rechnung, zahlbar per Überweisung")

    def due_at(self, *, today: date, options: BaseModel) -> date:
        days = options.due_days if isinstance(options, InvoiceOptions) else InvoiceOptions().due_days
        return today + timedelta(days=days)

    def start(self, charge: Charge) -> providers.NextStep:
        return providers.NextStep(kind="transfer", template="payments/includes/invoice.html", due_at=charge.due_at)

    def check_config(self, settings: PaymentSettings) -> list[str]:
        problems = []
        if not settings.recipient:
            problems.append(_("Tragen Sie ein, wer das Geld empfängt."))
        if not settings.iban:
            problems.append(_("Tragen Sie die IBAN der Kommune ein."))
        else:
            try:
                checked_iban(settings.iban)
            except GiroCodeError as error:
                problems.append(str(error))
        return problems


def register() -> None:
    providers.register(InvoiceProvider())
