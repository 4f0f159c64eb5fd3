"""German licence plates: read what people type, write what the registration office writes.

Source: § 9 and Anlage 2 FZV: distinguishing mark of one to three letters, then one or two letters and one
to four digits without a leading zero, eight characters at most; „H“ (historic) or „E“ (electric) may
follow. Seasonal months are no part of the number. Plates of authorities, the armed forces and diplomats are
not meant here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SEPARATORS = re.compile(r"[\s\-–—·.:_/]+")
_WHOLE = re.compile(r"(?P<letters>[A-ZÄÖÜ]+(?: [A-ZÄÖÜ]+)?) ?(?P<number>[1-9][0-9]{0,3}) ?(?P<suffix>[EH]?)")
_DISTRICT = re.compile(r"[A-ZÄÖÜ]{1,3}")
_SERIES = re.compile(r"[A-Z]{1,2}")
LONGEST = 8
LONGEST_TYPED = 20
LONGEST_DISTRICT = 3


def normalise_plate(raw: str, districts: Sequence[str] = ()) -> str | None:
    """The plate as „G-AB 123“, „MTL-XY 12“ or „G-AB 123E“; None when it is no plate or could be two.

    Without a gap between place and letters („GAB123“) the plate is understood only if it can be split in
    one way, or if exactly one way begins with one of `districts`. `normalise_plate(normalise_plate(x)) ==
    normalise_plate(x)`. What is longer than LONGEST_TYPED is no plate, and is not read.
    """
    if len(raw) > LONGEST_TYPED:
        return None
    match = _WHOLE.fullmatch(_SEPARATORS.sub(" ", raw).strip().upper())
    if match is None:
        return None
    candidates = [pair for pair in _splits(match["letters"]) if _is_allowed(*pair, match["number"])]
    if len(candidates) > 1:
        candidates = [pair for pair in candidates if pair[0] in districts]
    if len(candidates) != 1:
        return None
    district, series = candidates[0]
    return f"{district}-{series} {match['number']}{match['suffix']}"


def _splits(letters: str) -> list[tuple[str, str]]:
    district, gap, series = letters.partition(" ")
    if gap:
        return [(district, series)]
    return [(letters[:place], letters[place:]) for place in range(1, LONGEST_DISTRICT + 1)]


def _is_allowed(district: str, series: str, number: str) -> bool:
    well_formed = _DISTRICT.fullmatch(district) and _SERIES.fullmatch(series)
    return bool(well_formed) and len(district + series + number) <= LONGEST
