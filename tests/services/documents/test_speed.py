"""Letter and permit are there in a second, warm worker or not."""

from __future__ import annotations

from typing import Any

from infra.bench.documents import measure_documents, nothing_left


def test_letter_and_permit_take_less_than_a_second(in_gera: Any, capsys: Any) -> None:
    figures = measure_documents(runs=10)
    with capsys.disabled():
        print(f" {figures}", end=" ")
    assert figures.p50 < 1.0
    assert figures.largest < 100_000
    assert nothing_left()
