"""The one door for text that people type: what is kept of it, how long it may be, and when two names are one person's.

Every room reads typed text with these functions, so that a sign nobody can see gets in nowhere. They are linear in what
they are given, and what is too long is refused before it is read (`Longest`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# more marks on one letter write no language (UAX #15, Stream-Safe Text Format); sorting them costs their square
MOST_MARKS = 30
_SPACES = frozenset({"Cc", "Zl", "Zp", "Zs"})
# format signs (direction, joiners, soft hyphen, tags), halves of signs, private and unassigned ones
_UNSEEN = frozenset({"Cf", "Cs", "Co", "Cn"})
# letters and marks that are drawn as nothing (Default_Ignorable_Code_Point), and the empty braille cell
_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0").union(
    map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0100, 0xE01F0))
)
# Persian and the scripts of India write with them, families of emoji consist of them
_JOINERS = "\u200c\u200d"
_LAST_LATIN = "\u05ff"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
# letters that are drawn as a Latin one in small or as a capital (UTS #39): Cyrillic, Greek, Armenian, and Latin ones
# of other alphabets; a letter and its capital stand for the same, so that a foreign name has one key too
_DRAWN_AS = {
    **dict(zip("авеѕіјкмнорстухһԁԛԝӏ", "abesijkmhopctyxhdqwi", strict=True)),
    **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
    **dict(zip("օոսհցզյ", "onuhgqj", strict=True)),
    **dict(zip("ıɑɡɩĸłđøħ", "iagikldoh", strict=True)),
}
# Cherokee and Lisu have capitals only, as far as it matters here
_CAPITALS = zip(
    "ᎠᎡᎢᎪᎫᎬᎳᎷᎻᎽᏀᏃᏚᏙᏞᏟᏢᏦᏴꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ",
    "DRTAJEWMHYGZSVLCPKBBPDTGKJCZFMNLSRVHWXYAEIOU",
    strict=True,
)
_LOOKALIKES = str.maketrans(
    _DRAWN_AS | {small.upper(): latin.upper() for small, latin in _DRAWN_AS.items()} | dict(_CAPITALS)
)
# these look like another letter in small than as a capital; among Latin letters it counts how they look
_LIKE_OTHERS_IN_SMALL = str.maketrans("νυηӏ", "vunl")


def tidy_line(raw: object) -> str:
    """One line as it is kept: NFC, single spaces, nothing that can't be seen. "" if nothing is left.

    `tidy_line(tidy_line(x)) == tidy_line(x)`.
    """
    return _tidy(str(raw or ""), joiners=False)


def tidy_prose(raw: object) -> str:
    """One paragraph of free text: as `tidy_line`, but signs that join letters stay in the scripts that need them."""
    return _tidy(str(raw or ""), joiners=True)


def tidy_text(raw: object) -> str:
    """Several lines of free text, each tidy; at most one empty line between two."""
    kept: list[str] = []
    for typed in str(raw or "").replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = _tidy(typed, joiners=True)
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def person_key(name: str) -> str:
    """What all spellings of one name have in common; only to compare, never to show.

    Case, marks, spaces, hyphens, widths of letters and invisible signs do not count, ä is ae, ß is ss, and a foreign
    letter that looks like a Latin one is that letter.
    """
    text = unicodedata.normalize("NFKD", tidy_line(name))
    if any("a" <= sign <= "z" or "A" <= sign <= "Z" for sign in text):
        text = text.translate(_LIKE_OTHERS_IN_SMALL)
    # with their marks again: a foreign ä is an ä
    text = unicodedata.normalize("NFC", text.translate(_LOOKALIKES)).translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


@dataclass(frozen=True, slots=True)
class Longest:
    """How many signs a text may have, asked before it is read. Tidy text has at most `signs`.

    What is typed may be twice as long, because superfluous spaces and line ends do not count afterwards.
    """

    signs: int

    def is_hopeless(self, typed: str) -> bool:
        """Whether the text is too long to be read at all."""
        return len(typed) > 2 * self.signs + 100

    def is_exceeded(self, kept: str) -> bool:
        """Whether a tidy text is too long."""
        return len(kept) > self.signs


def has_unstorable_signs(text: str) -> bool:
    """Whether PostgreSQL could not keep this text: a NUL or half a sign."""
    return "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)


def storable(text: str) -> str:
    """The text with U+FFFD in place of such signs, as for bytes that are no text: what was asked stays a question."""
    return "".join("\ufffd" if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in text)


def _tidy(text: str, *, joiners: bool) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    seen = "".join(_shown(sign, joiners=joiners) for sign in text)
    composed = _composed(seen)
    if joiners:
        kept = (sign for place, sign in enumerate(composed) if sign not in _JOINERS or _joins(composed, place))
        composed = _composed("".join(kept))
    return " ".join(composed.split())


def _composed(text: str) -> str:
    return _with_few_marks(unicodedata.normalize("NFC", _with_few_marks(text)))


def _shown(sign: str, *, joiners: bool) -> str:
    category = unicodedata.category(sign)
    if category in _SPACES:
        return " "
    if joiners and sign in _JOINERS:
        return sign
    return "" if category in _UNSEEN or sign in _EMPTY else sign


def _joins(text: str, place: int) -> bool:
    """Whether the sign stands between two letters beyond the Latin, Greek, Cyrillic and Hebrew ones."""
    around = (text[place - 1 : place], text[place + 1 : place + 2])
    return all(sign > _LAST_LATIN and sign not in _JOINERS for sign in around)


def _with_few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)
