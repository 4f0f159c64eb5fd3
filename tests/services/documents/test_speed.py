"""Letter and permit are there before anybody waits (figures: `make bench`)."""

from __future__ import annotations

from typing import Any

from infra.bench.documents import measure_documents, nothing_left


def test_letter_and_permit_are_drawn_quickly_and_stay_small(in_gera: Any, capsys: Any) -> None:
    figures = measure_documents(runs=10)
    with capsys.disabled():
        print(f" {figures}", end=" ")
    assert figures.p50 < 5.0  # 0.2 s on an idle machine; tests share theirs
    assert figures.largest < 100_000
    assert nothing_left()
