"""What can be asked about charges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from services.payments import girocode
from services.payments.models import Charge, ChargeStatus, PaymentSettings
from services.payments.providers import NextStep, providers


@dataclass(frozen=True, slots=True)
class Invoice:
    """All that `payments/includes/invoice.html` and the letters show about a charge."""

    charge: Charge
    recipient: str
    iban: str
    bic: str
    bank_name: str
    text: str
    is_demo: bool
    giro_code: SafeString

    @property
    def iban_grouped(self) -> str:
        return " ".join(self.iban[start : start + 4] for start in range(0, len(self.iban), 4))


def payment_settings() -> PaymentSettings:
    """The commune's account; an unsaved empty row if nothing is stored yet."""
    return PaymentSettings.objects.filter(pk=1).first() or PaymentSettings()


def charges_for_reference(reference: str) -> QuerySet[Charge]:
    """All charges of a case or another occasion, settled ones too, the newest first."""
    return Charge.objects.filter(reference=reference)


def open_charges() -> QuerySet[Charge]:
    """What is still to be paid, the longest due first."""
    return Charge.objects.filter(status=ChargeStatus.OPEN).order_by("due_at", "pk")


def overdue_charges(today: date) -> QuerySet[Charge]:
    """Open charges that should have been paid before `today`, the longest due first."""
    return open_charges().filter(due_at__lt=today)


def next_step(charge: Charge) -> NextStep | None:
    """What the payer does now; None if the charge is settled."""
    return providers.get(charge.provider).start(charge) if charge.is_open else None


def invoice_for(charge: Charge) -> Invoice:
    """The charge with the commune's account. `giro_code` is "" if nothing is due or there is no account."""
    account = payment_settings()
    return Invoice(
        charge=charge,
        recipient=account.recipient,
        iban=account.iban,
        bic=account.bic,
        bank_name=account.bank_name,
        text=transfer_text(charge),
        is_demo=account.is_demo,
        giro_code=giro_code_svg(charge, account=account),
    )


def giro_code_svg(charge: Charge, *, account: PaymentSettings | None = None) -> SafeString:
    """The charge's GiroCode as inline SVG, or "" if there is nothing to pay or no account."""
    account = account or payment_settings()
    if not charge.is_open or not charge.amount_cents or not account.is_complete:
        return SafeString("")
    title = _("GiroCode für Ihre Banking-App")
    return SafeString(girocode.svg(transfer_for(charge, account), title=title))  # segno escapes the title


def transfer_for(charge: Charge, account: PaymentSettings) -> girocode.Transfer:
    """The credit transfer that settles a charge, as the GiroCode carries it. `account` must be complete."""
    return girocode.Transfer(
        recipient=account.recipient,
        iban=account.iban,
        amount_cents=charge.amount_cents,
        text=transfer_text(charge),
        bic=account.bic,
    )


def transfer_text(charge: Charge) -> str:
    """The reference for the transfer: the invoice number first, so that it survives any cut."""
    return f"{charge.invoice_number} {charge.reference} {charge.purpose}"[: girocode.MAX_TEXT].rstrip()
