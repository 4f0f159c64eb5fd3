"""What is owed to the commune, and where it is to be paid."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

CURRENCY = "EUR"


class ChargeStatus(models.TextChoices):
    OPEN = "open", _("offen")
    PAID = "paid", _("bezahlt")
    CANCELLED = "cancelled", _("storniert")


class Charge(models.Model):
    """One fee. `reference` names what it is for (a case number); actions.py alone changes `status`."""

    reference = models.CharField(_("Bezug"), max_length=40)
    purpose = models.CharField(_("Zweck"), max_length=140)
    payer_name = models.CharField(_("zahlende Person"), max_length=140)
    amount_cents = models.PositiveIntegerField(_("Betrag in Cent"))
    currency = models.CharField(max_length=3, default=CURRENCY, editable=False)
    provider = models.CharField(_("Zahlungsweg"), max_length=40)
    status = models.CharField(max_length=10, choices=ChargeStatus, default=ChargeStatus.OPEN)
    invoice_number = models.CharField(_("Rechnungsnummer"), max_length=20, unique=True)
    created_at = models.DateTimeField()
    due_at = models.DateField(_("fällig am"))
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gte=0), name="charge_amount_not_negative"),
            models.CheckConstraint(condition=Q(currency=CURRENCY), name="charge_in_euro"),
            models.CheckConstraint(condition=Q(status__in=ChargeStatus.values), name="charge_status_known"),
            models.CheckConstraint(
                condition=Q(status="paid", paid_at__isnull=False) | (~Q(status="paid") & Q(paid_at__isnull=True)),
                name="charge_paid_has_time",
            ),
            models.UniqueConstraint(fields=["reference", "purpose"], name="charge_once_per_purpose"),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="charge_open_by_due")]

    def __str__(self) -> str:
        return self.invoice_number

    @property
    def is_open(self) -> bool:
        return self.status == ChargeStatus.OPEN


class InvoiceSequence(models.Model):
    """The last invoice number given out in a year; its row is locked while the next one is taken."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last_number}"


class PaymentSettings(models.Model):
    """The commune's account: exactly one row, filled when the commune is made and changed by it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    recipient = models.CharField(_("empfangende Stelle"), max_length=70, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    bank_name = models.CharField(_("Kreditinstitut"), max_length=80, blank=True)
    is_demo = models.BooleanField(_("Demokonto, nicht überweisen"), default=False)
    provider_options = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="payment_settings_one_row")]

    def __str__(self) -> str:
        return self.recipient

    @property
    def is_complete(self) -> bool:
        return bool(self.recipient and self.iban)
