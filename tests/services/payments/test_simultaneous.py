"""Several workers at once: one charge per case, numbers without gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.payments.actions import create_charge
from services.payments.models import Charge, InvoiceSequence
from tests.services.simultaneously import afterwards, simultaneously


@pytest.fixture
def wurzen_alone(wurzen: Any) -> Iterator[Any]:
    """What is committed here is taken away again."""
    yield wurzen
    afterwards(wurzen, lambda: (Charge.objects.all().delete(), InvoiceSequence.objects.all().delete()))


def demand(reference: str) -> Charge:
    return create_charge(reference=reference, amount_cents=3070, purpose="Ausweis", payer_name="J. Müller")


def test_six_workers_with_the_same_case_demand_one_fee(wurzen_alone: Any) -> None:
    charges = simultaneously(wurzen_alone, lambda _number: demand("WU-1").pk, times=6)
    assert len(set(charges)) == 1
    assert afterwards(wurzen_alone, Charge.objects.count) == 1


def test_six_workers_with_six_cases_take_six_numbers_in_a_row(wurzen_alone: Any) -> None:
    charges = simultaneously(wurzen_alone, lambda number: demand(f"WU-{number}").invoice_number, times=6)
    assert sorted(int(number[-6:]) for number in charges) == [1, 2, 3, 4, 5, 6]
