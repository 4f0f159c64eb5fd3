"""GiroCode: a credit transfer as a QR code (EPC069-12, version 002).

The payload is UTF-8, or Latin-1 where only that stays within the standard's 331 bytes; error correction
is M and the symbol at most version 13, as the standard asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import segno
from django.utils.translation import gettext as _
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

MAX_BYTES = 331
MAX_NAME = 70
MAX_TEXT = 140
MAX_CENTS = 99_999_999_999
_CHARSETS = {"utf-8": "1", "iso-8859-1": "2"}
_LINES = (
    "tag",
    "version",
    "charset",
    "kind",
    "bic",
    "recipient",
    "iban",
    "amount",
    "purpose",
    "structured",
    "text",
)
_AMOUNT = re.compile(r"EUR(\d{1,9})\.(\d{2})")


class GiroCodeError(ValueError):
    """The transfer cannot be expressed as a GiroCode; the message says which part."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A credit transfer in euro cents; `text` is what the payer's statement shows."""

    recipient: str
    iban: str
    amount_cents: int
    text: str
    bic: str = ""


def payload(transfer: Transfer) -> bytes:
    """The standard's lines. Raises GiroCodeError for anything a bank would refuse."""
    _check(transfer)
    for charset in _CHARSETS:
        try:
            content = _lines(transfer, charset).encode(charset)
        except UnicodeEncodeError:
            continue
        if len(content) <= MAX_BYTES:
            return content
    raise GiroCodeError(_("Empfänger und Verwendungszweck sind zusammen zu lang."))


def decode(content: bytes) -> Transfer:
    """The transfer in a payload, as a banking app reads it. Raises GiroCodeError."""
    charset = next((name for name, mark in _CHARSETS.items() if content[8:9] == mark.encode()), None)
    if charset is None:
        raise GiroCodeError(_("Unbekannter Zeichensatz."))
    lines = content.decode(charset).split("\n")
    values = dict(zip(_LINES, lines, strict=False))
    amount = _AMOUNT.fullmatch(values.get("amount", ""))
    if (values["tag"], values["version"], values["kind"]) != ("BCD", "002", "SCT") or not amount:
        raise GiroCodeError(_("Kein GiroCode der Version 002."))
    return Transfer(
        recipient=values["recipient"],
        iban=values["iban"],
        amount_cents=int(amount[1]) * 100 + int(amount[2]),
        text=values.get("text", ""),
        bic=values["bic"],
    )


def svg(transfer: Transfer, *, title: str) -> str:
    """The GiroCode as inline SVG with a title for those who cannot see it."""
    content = payload(transfer)
    charset = "utf-8" if content[8:9] == b"1" else "iso-8859-1"
    code = segno.make(content.decode(charset), error="m", boost_error=False, micro=False, encoding=charset, mode="byte")
    if int(code.version) > 13:
        raise GiroCodeError(_("Der GiroCode wird zu groß."))
    return code.svg_inline(border=4, scale=4, dark="#000", light="#fff", title=title, svgclass="girocode")


def checked_iban(text: str) -> str:
    """The IBAN without spaces. Raises GiroCodeError with a sentence."""
    try:
        return str(IBAN(text))
    except SchwiftyException as error:
        raise GiroCodeError(_("Die IBAN stimmt nicht. Vergleichen Sie sie mit Ihrem Kontoauszug.")) from error


def _lines(transfer: Transfer, charset: str) -> str:
    amount = f"EUR{transfer.amount_cents // 100}.{transfer.amount_cents % 100:02d}"
    head = ["BCD", "002", _CHARSETS[charset], "SCT", transfer.bic, transfer.recipient, transfer.iban, amount]
    return "\n".join([*head, "", "", transfer.text]) if transfer.text else "\n".join(head)


def _check(transfer: Transfer) -> None:
    if not 1 <= transfer.amount_cents <= MAX_CENTS:
        raise GiroCodeError(_("Der Betrag liegt nicht zwischen 0,01 € und 999.999.999,99 €."))
    if not 1 <= len(transfer.recipient) <= MAX_NAME:
        raise GiroCodeError(_("Der Name der empfangenden Stelle fehlt oder ist länger als 70 Zeichen."))
    if len(transfer.text) > MAX_TEXT:
        raise GiroCodeError(_("Der Verwendungszweck ist länger als 140 Zeichen."))
    if any(
        ord(character) < 32 or character in "\x7f\x85\u2028\u2029" for character in transfer.recipient + transfer.text
    ):
        raise GiroCodeError(_("Empfänger und Verwendungszweck dürfen keine Zeilenumbrüche enthalten."))
    if checked_iban(transfer.iban) != transfer.iban:
        raise GiroCodeError(_("Die IBAN muss ohne Leerzeichen stehen."))
    if transfer.bic:
        _check_bic(transfer.bic)


def _check_bic(bic: str) -> None:
    try:
        BIC(bic)
    except SchwiftyException as error:
        raise GiroCodeError(_("Der BIC stimmt nicht.")) from error
