"""What a stranger's words may do in a mail of ours: nothing but be a name.

A mail from a town must not carry somebody's advertising to somebody else's mailbox.
"""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 60
MOST_WORDS = 6
_BESIDE_LETTERS = frozenset(" -'’.")


def name_for_mail(name: str) -> str:
    """A person's name for a greeting; "" for what is no name: links, addresses, numbers, lines, speeches.

    Letters of any script with spaces, hyphens and apostrophes; a full stop only at the end of a word („Dr. Beyer“), so
    that no part reads as a domain.
    """
    words = name.split(" ")
    if len(name) > LONGEST_NAME or len(words) > MOST_WORDS or not all(map(_is_of_a_name, name)):
        return ""
    return "" if any("." in word.removesuffix(".") for word in words) else name.strip()


def without_links(text: str, longest: int = 200) -> str:
    """A stranger's text on one line, or "" if a mail programme could make a link of it."""
    line = " ".join(text.split())[:longest]
    return "" if has_link(line) else line


def has_link(text: str) -> bool:
    """Whether a programme that shows this text could make a link of it: an address of a page, a host or a mailbox."""
    return "://" in text or "www." in text.casefold() or "@" in text


def _is_of_a_name(sign: str) -> bool:
    return sign in _BESIDE_LETTERS or unicodedata.category(sign)[0] in "LM"
