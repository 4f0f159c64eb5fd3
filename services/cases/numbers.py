"""Case numbers such as „GE-7K3F-29MX“: easy to read out, hard to mistype, never a word.

A prefix from the commune's slug, seven random characters and a check character. The alphabet has no vowels (so no
words), no 0, 1, I and O, and a prime length: the check character finds every single wrong character and every swap.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"
BODY_LENGTH = 7
# abbreviations that nobody should find on an official letter
UNWANTED = ("88", "SS", "KZ", "HJ", "NS", "FCK", "FTZ", "WTF", "KKK", "XXX", "SXY", "SHT", "BTCH", "DPP")
UNWANTED_PREFIXES = frozenset({"AH", "HH", "HJ", "KZ", "NS", "SA", "SD", "SS"})
# what people type for characters that are not in the alphabet
_MISREAD = str.maketrans({"1": "L", "I": "L"})
_TYPED = re.compile(r"(?P<prefix>[A-Z]{2,3})(?P<code>[0-9A-Z]{8})")


def new_number(slug: str) -> str:
    """A random number for a case of the commune `slug`. Whether it is taken is for the database to say."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH))
        code = body + check_character(body)
        if not any(fragment in code for fragment in UNWANTED):
            return f"{prefix_of(slug)}-{code[:4]}-{code[4:]}"


def check_character(body: str) -> str:
    """The character that makes `body` complete: a weighted sum modulo the length of the alphabet."""
    weighted = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return ALPHABET[weighted % len(ALPHABET)]


def prefix_of(slug: str) -> str:
    """Two or three capital letters for a commune: initials of its words, else its first letters."""
    words = [re.sub(r"[^a-z]", "", word) for word in slug.lower().split("-")]
    words = [word for word in words if word]
    letters = "".join(words) or "rp"
    initials = "".join(word[0] for word in words[:3])
    choices = [initials if len(initials) > 1 else letters[:2], letters[:3], f"{letters[0]}{letters[-1]}", "RP"]
    fitting = [choice.upper() for choice in choices if len(choice) > 1]
    return next(choice for choice in fitting if choice not in UNWANTED_PREFIXES)


def canonical_number(typed: str) -> str | None:
    """The number that somebody meant: any case, spaces or dashes; None when it can't be one."""
    if len(typed) > 40:
        return None
    bare = re.sub(r"[\s\-–—./]", "", typed).upper()
    match = _TYPED.fullmatch(bare)
    if match is None:
        return None
    code = match["code"].translate(_MISREAD)
    if any(character not in ALPHABET for character in code) or check_character(code[:-1]) != code[-1]:
        return None
    return f"{match['prefix']}-{code[:4]}-{code[4:]}"
