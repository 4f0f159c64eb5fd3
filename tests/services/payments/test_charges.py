"""A fee is demanded once, numbered without gaps, and settled once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from services.payments.actions import ChargeConflict, cancel_charge, change_account, create_charge, mark_paid
from services.payments.girocode import GiroCodeError, decode, payload
from services.payments.invoice import InvoiceProvider
from services.payments.models import Charge, ChargeStatus, PaymentSettings
from services.payments.providers import ProviderOptionsInvalid, providers, register, validated_options
from services.payments.queries import (
    giro_code_svg,
    invoice_for,
    next_step,
    open_charges,
    overdue_charges,
    payment_settings,
    transfer_for,
)
from services.payments.starters import demo_iban, prepare
from tenants.accounts.models import User, UserKind
from tenants.communes.registry import DuplicateEntryError, UnknownEntryError
from tenants.communes.scope import commune_scope
from tenants.communes.starters import StarterBrief


@pytest.fixture(autouse=True)
def _german() -> Iterator[None]:
    with translation.override("de"):
        yield


@pytest.fixture
def clerk(in_gera: Any) -> User:
    user = User.objects.create_user("clerk@gera.example", name="Sachbearbeitung", kind=UserKind.STAFF)
    user.groups.add(Group.objects.get(name="clerk"))
    return user


@pytest.fixture
def account(in_gera: Any) -> PaymentSettings:
    return change_account(actor=None, recipient="Stadt Gera", iban=demo_iban("gera"), is_demo=True)


def demand(reference: str = "GE-7K3F-29MX", **changes: Any) -> Charge:
    order = {"amount_cents": 3070, "purpose": "Bewohnerparkausweis", "payer_name": "Jördis Müller"}
    return create_charge(reference=reference, **(order | changes))


def test_a_charge_is_due_in_fourteen_days(account: PaymentSettings) -> None:
    charge = demand()
    assert charge.status == ChargeStatus.OPEN
    assert charge.due_at == timezone.localdate() + timedelta(days=14)
    assert charge.invoice_number == f"{timezone.localdate().year}-000001"


def test_the_commune_may_choose_another_term(account: PaymentSettings) -> None:
    account.provider_options = {"invoice": {"due_days": 30}}
    account.save()
    assert demand().due_at == timezone.localdate() + timedelta(days=30)


def test_demanding_twice_gives_the_same_charge(account: PaymentSettings) -> None:
    assert demand() == demand()
    assert Charge.objects.count() == 1


def test_demanding_again_with_another_amount_is_a_conflict(account: PaymentSettings) -> None:
    demand()
    with pytest.raises(ChargeConflict):
        demand(amount_cents=1)


def test_numbers_have_no_gaps_even_after_a_failure(account: PaymentSettings) -> None:
    first = demand("GE-1")
    with transaction.atomic():
        demand("GE-2")
        transaction.set_rollback(True)
    second = demand("GE-3")
    assert [first.invoice_number[-6:], second.invoice_number[-6:]] == ["000001", "000002"]


def test_each_commune_counts_for_itself(gera: Any, wurzen: Any) -> None:
    for commune in (gera, wurzen):
        with commune_scope(commune):
            assert demand().invoice_number.endswith("-000001")
            assert Charge.objects.count() == 1


def test_a_fee_of_nothing_is_settled_at_once(account: PaymentSettings) -> None:
    charge = demand(amount_cents=0)
    assert charge.status == ChargeStatus.PAID
    assert giro_code_svg(charge) == ""


def test_the_database_refuses_a_negative_amount_and_paid_without_a_time(account: PaymentSettings) -> None:
    charge = demand()
    for change in ({"amount_cents": -1}, {"status": "paid"}, {"currency": "USD"}, {"status": "lost"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Charge.objects.filter(pk=charge.pk).update(**change)


def test_a_clerk_marks_a_charge_paid_once(account: PaymentSettings, clerk: User) -> None:
    charge = demand()
    paid = mark_paid(charge=charge, actor=clerk)
    again = mark_paid(charge=charge, actor=clerk)
    assert paid.status == again.status == ChargeStatus.PAID
    assert paid.paid_at == again.paid_at
    assert next_step(paid) is None


def test_a_paid_charge_cannot_be_cancelled(account: PaymentSettings, clerk: User) -> None:
    charge = mark_paid(charge=demand(), actor=clerk)
    with pytest.raises(ChargeConflict):
        cancel_charge(charge=charge, actor=clerk)


def test_a_cancelled_charge_cannot_be_paid(account: PaymentSettings, clerk: User) -> None:
    charge = cancel_charge(charge=demand(), actor=clerk)
    assert charge.paid_at is None
    with pytest.raises(ChargeConflict):
        mark_paid(charge=charge, actor=clerk)


def test_a_citizen_cannot_settle_a_charge(account: PaymentSettings) -> None:
    charge = demand()
    citizen = User.objects.create_user("citizen@gera.example", name="Bürgerin")
    for action in (mark_paid, cancel_charge):
        with pytest.raises(PermissionDenied):
            action(charge=charge, actor=citizen)
    charge.refresh_from_db()
    assert charge.is_open


def test_a_clerk_cannot_change_the_communes_account(clerk: User) -> None:
    with pytest.raises(PermissionDenied):
        change_account(actor=clerk, recipient="Ich", iban=demo_iban("x"))


def test_a_wrong_iban_is_refused_with_a_sentence(in_gera: Any) -> None:
    with pytest.raises(GiroCodeError, match="Die IBAN stimmt nicht"):
        change_account(actor=None, recipient="Stadt Gera", iban="DE00370400440532013000")


def test_the_invoice_shows_what_the_code_says(account: PaymentSettings) -> None:
    charge = demand()
    invoice = invoice_for(charge)
    scanned = decode(payload(transfer_for(charge, payment_settings())))
    assert (scanned.recipient, scanned.iban, scanned.amount_cents) == ("Stadt Gera", invoice.iban, 3070)
    assert scanned.text == invoice.text == f"{charge.invoice_number} GE-7K3F-29MX Bewohnerparkausweis"
    page = render_to_string("payments/includes/invoice.html", {"invoice": invoice})
    for part in (
        "30,70\u00a0€",
        invoice.iban_grouped,
        invoice.text,
        charge.due_at.strftime("%d.%m.%Y"),
        "<svg",
        "Demokonto",
    ):
        assert part in page
    assert "style=" not in page


def test_without_an_account_the_invoice_asks_for_patience(in_gera: Any) -> None:
    PaymentSettings.objects.filter(pk=1).update(iban="")
    page = render_to_string("payments/includes/invoice.html", {"invoice": invoice_for(demand())})
    assert "Die Bankverbindung teilen wir Ihnen noch mit" in page
    assert "<svg" not in page


def test_a_paid_invoice_shows_no_code(account: PaymentSettings, clerk: User) -> None:
    charge = mark_paid(charge=demand(), actor=clerk)
    page = render_to_string("payments/includes/invoice.html", {"invoice": invoice_for(charge)})
    assert "Die Gebühr ist bezahlt" in page
    assert "<svg" not in page


def test_open_charges_come_with_the_earliest_due_first(account: PaymentSettings) -> None:
    late, early = demand("GE-1"), demand("GE-2")
    Charge.objects.filter(pk=early.pk).update(due_at=timezone.localdate() - timedelta(days=1))
    assert list(open_charges()) == [early, late]
    assert list(overdue_charges(timezone.localdate())) == [early]


def test_an_unknown_provider_is_refused(in_gera: Any) -> None:
    with pytest.raises(UnknownEntryError):
        demand(provider="muscheln")


def test_a_provider_cannot_be_registered_twice() -> None:
    with pytest.raises(DuplicateEntryError):
        register(InvoiceProvider())


def test_the_invoice_does_not_hold_up_the_decision() -> None:
    assert providers.get("invoice").settles_before_decision is False


def test_options_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ProviderOptionsInvalid, match="due_days"):
        validated_options(InvoiceProvider(), {"invoice": {"due_days": 0}})


def test_the_provider_says_what_is_missing(in_gera: Any) -> None:
    provider = providers.get("invoice")
    assert len(provider.check_config(PaymentSettings())) == 2
    assert provider.check_config(PaymentSettings(recipient="Stadt Gera", iban=demo_iban("gera"))) == []


def test_a_new_commune_is_its_own_recipient_and_a_demo_has_a_demo_account(in_gera: Any) -> None:
    assert payment_settings().recipient
    for _run in range(2):
        prepare(StarterBrief(commune=in_gera, demo=True))
    account = payment_settings()
    assert (account.iban, account.is_demo) == (demo_iban("gera"), True)
    assert PaymentSettings.objects.count() == 1
