"""What can be done with charges. Each action is one transaction and may be run twice."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from services.payments import girocode
from services.payments.models import Charge, ChargeStatus, InvoiceSequence, PaymentSettings
from services.payments.providers import providers, validated_options
from services.payments.queries import payment_settings, transfer_for
from tenants.accounts.access import require
from tenants.accounts.models import User

_TRANSITIONS: Final[frozenset[tuple[str, str]]] = frozenset(
    {(ChargeStatus.OPEN, ChargeStatus.PAID), (ChargeStatus.OPEN, ChargeStatus.CANCELLED)}
)


class ChargeConflict(ValueError):
    """The charge is already settled in another way, or exists with another amount."""


@transaction.atomic
def create_charge(
    *, reference: str, amount_cents: int, purpose: str, payer_name: str, provider: str = "invoice"
) -> Charge:
    """Demand a fee. A second call for the same reference and purpose returns the first charge.

    A fee of 0 is settled at once. Raises KeyError-like for an unknown provider, GiroCodeError if the
    transfer could not be carried out, ChargeConflict if the first charge had another amount.
    """
    chosen = providers.get(provider)
    account = payment_settings()
    year_row = _locked_sequence()  # also keeps a second call for the same purpose waiting
    existing = Charge.objects.filter(reference=reference, purpose=purpose).first()
    if existing:
        if existing.amount_cents != amount_cents:
            raise ChargeConflict(f"{reference}: {existing.amount_cents} != {amount_cents}")
        return existing
    now = timezone.now()
    charge = Charge(
        reference=reference,
        purpose=purpose,
        payer_name=payer_name[:140],
        amount_cents=amount_cents,
        provider=provider,
        invoice_number=_next_invoice_number(year_row),
        created_at=now,
        due_at=chosen.due_at(
            today=timezone.localdate(now), options=validated_options(chosen, account.provider_options)
        ),
    )
    if amount_cents == 0:
        charge.status, charge.paid_at = ChargeStatus.PAID, now
    charge.full_clean(validate_unique=False, validate_constraints=False)
    if amount_cents and account.is_complete:
        girocode.payload(transfer_for(charge, account))
    charge.save(force_insert=True)
    return charge


@transaction.atomic
def mark_paid(*, charge: Charge, actor: User) -> Charge:
    """The money has come in. Needs payments.mark_charge_paid; a second call changes nothing."""
    require(actor, "payments.mark_charge_paid", charge)
    return _move(charge, ChargeStatus.PAID)


@transaction.atomic
def cancel_charge(*, charge: Charge, actor: User | None) -> Charge:
    """Nothing is owed any more. Needs payments.cancel_charge; a second call changes nothing.

    None is the system itself: the reason for the charge has gone, such as by a withdrawal.
    """
    if actor is not None:
        require(actor, "payments.cancel_charge", charge)
    return _move(charge, ChargeStatus.CANCELLED)


@transaction.atomic
def change_account(
    *,
    actor: User | None,
    recipient: str,
    iban: str,
    bic: str = "",
    bank_name: str = "",
    is_demo: bool = False,
) -> PaymentSettings:
    """Store the commune's account. Needs payments.change_account; None is the provisioning itself.

    Raises GiroCodeError with a sentence for the form.
    """
    if actor is not None:
        require(actor, "payments.change_account")
    account = payment_settings()
    account.recipient = recipient.strip()[: girocode.MAX_NAME]
    account.iban = girocode.checked_iban(iban)
    account.bic = bic.replace(" ", "").upper()
    account.bank_name, account.is_demo = bank_name, is_demo
    girocode.payload(girocode.Transfer(account.recipient, account.iban, 1, "", account.bic))
    account.save()
    return account


def _move(charge: Charge, target: str) -> Charge:
    locked = Charge.objects.select_for_update().get(pk=charge.pk)
    if locked.status == target:
        return locked
    if (locked.status, target) not in _TRANSITIONS:
        raise ChargeConflict(f"{locked.invoice_number}: {locked.status} -> {target}")
    locked.status = target
    locked.paid_at = timezone.now() if target == ChargeStatus.PAID else None
    locked.save(update_fields=["status", "paid_at"])
    return locked


def _locked_sequence() -> InvoiceSequence:
    year = timezone.localdate().year
    InvoiceSequence.objects.bulk_create([InvoiceSequence(year=year)], ignore_conflicts=True)
    return InvoiceSequence.objects.select_for_update().get(pk=year)


def _next_invoice_number(sequence: InvoiceSequence) -> str:
    sequence.last_number += 1
    sequence.save(update_fields=["last_number"])
    return f"{sequence.year}-{sequence.last_number:06d}"
