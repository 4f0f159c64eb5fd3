"""Verify codes: what is printed under the QR code and typed into /pruefen/.

Sixteen characters in four groups: fifteen random ones (74 bits) and a check character that catches
every single wrong character and every swapped pair. The alphabet has 31 characters – prime, which
the check character needs – and leaves out what is confused on paper (0, 1, I, L, O).
"""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RANDOM_CHARACTERS = 15
CODE_LENGTH = RANDOM_CHARACTERS + 1
_GROUP = 4


def new_code() -> str:
    """A fresh code in canonical form (no separators)."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return body + _check_character(body)


def grouped(code: str) -> str:
    """The form for people: ``7K3F-29MX-…``."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def canonical(text: str) -> str | None:
    """The canonical code in what somebody typed or scanned, or None if it cannot be one.

    Case, spaces and dashes don't matter. None also stands for a typing error, which the check
    character shows; it says nothing about which codes exist.
    """
    if len(text) > 4 * CODE_LENGTH:
        return None
    code = "".join(character for character in text.upper() if character.isalnum())
    if len(code) != CODE_LENGTH or any(character not in ALPHABET for character in code):
        return None
    return code if _check_character(code[:-1]) == code[-1] else None


def _check_character(body: str) -> str:
    weighted = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return ALPHABET[weighted % len(ALPHABET)]
