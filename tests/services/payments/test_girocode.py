"""The GiroCode says exactly what was meant, within the limits of EPC069-12."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN

from services.payments.girocode import MAX_BYTES, GiroCodeError, Transfer, checked_iban, decode, payload, svg
from services.payments.starters import demo_iban

TRANSFER = Transfer(
    recipient="Stadt Gera",
    iban=demo_iban("gera"),
    amount_cents=3070,
    text="2026-000001 GE-7K3F-29MX Bewohnerparkausweis",
)

# what German and neighbouring names and purposes are written with, and what only UTF-8 has
letters = st.sampled_from("abcXYZ 0189-.,/()&ÄÖÜäöüßéèçøåñ§€ěščřžýńłśćŵ")
names = st.text(letters, min_size=1, max_size=70).filter(str.strip)
texts = st.text(letters, max_size=140)
ibans = st.builds(
    lambda account: str(IBAN.generate("DE", bank_code="99999999", account_code=f"{account:010d}")),
    st.integers(0, 9_999_999_999),
)
transfers = st.builds(
    Transfer,
    recipient=names,
    iban=ibans,
    amount_cents=st.integers(1, 99_999_999_999),
    text=texts,
    bic=st.sampled_from(["", "COBADEFFXXX", "HELADEF1GER"]),
)


@given(transfers)
def test_what_goes_in_comes_out_or_is_refused_as_too_long(transfer: Transfer) -> None:
    if len((transfer.recipient + transfer.text).encode()) > MAX_BYTES - len("BCD 002 1 SCT EUR999999999.99") - 50:
        with contextlib.suppress(GiroCodeError):
            assert decode(payload(transfer)) == transfer
        return
    content = payload(transfer)
    assert len(content) <= MAX_BYTES
    assert decode(content) == transfer


@given(transfers.filter(lambda transfer: len(transfer.recipient) <= 40 and len(transfer.text) <= 90))
def test_everyday_lengths_are_never_refused(transfer: Transfer) -> None:
    assert decode(payload(transfer)) == transfer


def test_the_lines_are_those_of_the_standard() -> None:
    assert payload(replace(TRANSFER, bic="COBADEFFXXX")).decode().split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "COBADEFFXXX",
        "Stadt Gera",
        TRANSFER.iban,
        "EUR30.70",
        "",
        "",
        "2026-000001 GE-7K3F-29MX Bewohnerparkausweis",
    ]


def test_umlauts_that_would_burst_the_code_go_as_latin_1() -> None:
    transfer = replace(TRANSFER, recipient="Ä" * 70, text="ü" * 140)
    content = payload(transfer)
    assert content.split(b"\n")[2] == b"2"
    assert decode(content) == transfer


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount_cents": 0}, "Betrag"),
        ({"amount_cents": 100_000_000_000}, "Betrag"),
        ({"recipient": ""}, "Name"),
        ({"recipient": "x" * 71}, "Name"),
        ({"text": "x" * 141}, "Verwendungszweck"),
        ({"text": "eins\nzwei"}, "Zeilenumbrüche"),
        ({"iban": "DE00370400440532013000"}, "IBAN"),
        ({"iban": "DE89 3704 0044 0532 0130 00"}, "Leerzeichen"),
        ({"bic": "GERA"}, "BIC"),
    ],
)
def test_what_a_bank_would_refuse_is_refused_with_a_sentence(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(GiroCodeError, match=sentence):
        payload(replace(TRANSFER, **change))  # type: ignore[arg-type]


def test_the_picture_has_a_title_and_no_style() -> None:
    picture = svg(TRANSFER, title="GiroCode <für> Ihre App")
    assert "<title>GiroCode &lt;für&gt; Ihre App</title>" in picture
    assert "style=" not in picture
    assert "<script" not in picture


def test_an_iban_is_accepted_with_spaces_and_stored_without() -> None:
    assert checked_iban(" de89 3704 0044 0532 0130 00 ") == "DE89370400440532013000"


@pytest.mark.parametrize("slug", ["gera", "wurzen", "augustusburg", "oesede"])
def test_a_demo_iban_is_well_formed_and_of_no_bank(slug: str) -> None:
    iban = IBAN(demo_iban(slug))
    assert iban.is_valid
    assert iban.bank_code == "99999999"
    assert iban.bank_name is None
    assert demo_iban(slug) == demo_iban(slug)
