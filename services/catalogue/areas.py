"""From an address to a zone: streets as people write them, house numbers as towns divide them.

An entry of a zone: {"street": "Sorge", "from": 1, "to": 60, "side": "even"}. `from` and `to` are numbers, or texts
with a letter ("12a"); without them the whole street belongs to the zone. `side` is "even" or "odd".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Zone: TypeAlias = Mapping[str, Any]
HouseNumber: TypeAlias = tuple[int, str]

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NUMBER = re.compile(r"^\D*?(\d{1,5})\s*(?:[-–/]\s*\d+\s*)?([a-z]?)\b", re.IGNORECASE)
_HOUSE = re.compile(r"[0-9]{1,4} ?[a-zA-Z]?(?: ?[-–/] ?[0-9]{1,5} ?[a-zA-Z]?)?")
MOST_NUMBER_WORDS = 5  # „12 a – 14 b“
_LAST_LETTER = "\U0010ffff"


def street_key(street: str) -> str:
    """What two spellings of one street have in common.

    Case, umlauts and their transcription, ß, hyphens, spaces, dots and the abbreviations Str. and St. do not count:
    „Heinrich-Heine-Str.“, „HEINRICH HEINE STRASSE“ and „Heinrich-Heine-Straße“ are one street.
    """
    words = [_short(word) for word in re.split(r"[^a-z0-9]+", folded(street)) if word]
    return "".join(words)


def folded(text: str) -> str:
    """A name in small letters without accents, ä as ae."""
    text = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    text = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in text if not unicodedata.combining(letter)).casefold()


def _short(word: str) -> str:
    if word == "st":
        return "sankt"
    for ending in ("strasse", "strase", "strass"):
        if word.endswith(ending):
            return word.removesuffix(ending) + "str"
    return "pl" if word == "platz" else word


def house_number(text: str | int | None) -> HouseNumber | None:
    """„12 b“ as (12, "b"); of „12–14“ the first number counts. None where there is no number."""
    found = _NUMBER.match(str(text if text is not None else "").strip())
    return (int(found[1]), found[2].lower()) if found else None


def zone_for_address(settings: Mapping[str, Any], street: str, number: str | int | None = "") -> str | None:
    """The key of the zone in which the address lies, or None.

    An entry with house numbers beats one for the whole street; among equals the first in the list wins.
    """
    street, number = _split(street, number)
    wanted = street_key(street)
    house = house_number(number)
    best: tuple[int, str] | None = None
    for key, entry in _entries(settings):
        if not wanted or street_key(str(entry.get("street", ""))) != wanted or not _covers(entry, house):
            continue
        rank = _precision(entry)
        if best is None or rank > best[0]:
            best = (rank, key)
    return best[1] if best else None


def _split(street: str, number: str | int | None) -> tuple[str, str | int | None]:
    """Take the house number out of the street's field if it was typed there."""
    if number not in ("", None):
        return street, number
    name, typed = split_numbers(street.split(), lambda text: _HOUSE.fullmatch(text) is not None)
    return (name, typed) if typed and not name[-1].isdigit() else (street, number)


def split_numbers(words: Sequence[str], fits: Callable[[str], bool]) -> tuple[str, str]:
    """The street and the house numbers behind it, as many words as fit; at least one word is the street."""
    most = min(MOST_NUMBER_WORDS, len(words) - 1)
    for count in range(most, 0, -1):
        numbers = " ".join(words[-count:])
        if fits(numbers):
            return " ".join(words[:-count]), numbers
    return " ".join(words), ""


def _entries(settings: Mapping[str, Any]) -> Iterator[tuple[str, Zone]]:
    for zone in settings.get("zones") or ():
        for entry in zone.get("streets") or ():
            yield str(zone["key"]), entry


def _precision(entry: Zone) -> int:
    return sum(entry.get(name) not in (None, "") for name in ("from", "to", "side"))


def _covers(entry: Zone, house: HouseNumber | None) -> bool:
    if _precision(entry) == 0:
        return True
    if house is None:
        return False
    first, last, side = house_number(entry.get("from")), house_number(entry.get("to")), entry.get("side")
    if side and (house[0] % 2 == 0) != (side == "even"):
        return False
    if first is not None and house < first:
        return False
    # „bis 12“ includes 12a, „bis 12a“ ends there
    return last is None or house <= (last[0], last[1] or _LAST_LETTER)
