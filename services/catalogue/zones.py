"""Zones as an office types them: one street per line, and the same list back as text.

Zone A: Innenstadt
Kornmarkt
Sorge 1–60
Heinrichstraße 2–30 gerade
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tenants.communes.text import tidy_line

from .areas import house_number, split_numbers
from .faults import ZoneSyntaxError

LONGEST_KEY = 4  # it is printed in large type on the permit
SIDES = {"gerade": "even", "ungerade": "odd", "even": "even", "odd": "odd"}
SIDE_WORDS = {"even": "gerade", "odd": "ungerade"}
LONGEST_LINE = 200
_NUMBER = r"[0-9]{1,4} ?[a-z]?"
_SPAN = re.compile(rf"(?P<from>{_NUMBER})? ?[-–] ?(?P<to>{_NUMBER})?", re.IGNORECASE)
_ONE = re.compile(_NUMBER, re.IGNORECASE)


def read_zones(text: str) -> list[dict[str, Any]]:
    """The zones in `text`. Raises ZoneSyntaxError that names every line that can't be understood."""
    zones: list[dict[str, Any]] = []
    faults: list[str] = []
    for number, raw in enumerate(text.splitlines(), 1):
        try:
            _read_line(_tidy(raw), zones)
        except ValueError as fault:
            faults.append(_("Zeile %(number)s: %(fault)s") % {"number": number, "fault": fault})
    if faults:
        raise ZoneSyntaxError(faults)
    return zones


def _tidy(raw: str) -> str:
    if len(raw) > LONGEST_LINE:
        raise ValueError(_("Kürzen Sie die Zeile auf höchstens %(limit)d Zeichen.") % {"limit": LONGEST_LINE})
    return tidy_line(raw)


def _read_line(line: str, zones: list[dict[str, Any]]) -> None:
    if not line:
        return
    if head := _read_head(line):
        key, name = head
        if len(key) > LONGEST_KEY:
            raise ValueError(
                _("„%(key)s“ ist zu lang für den Ausweis: höchstens vier Zeichen, etwa A2.") % {"key": key}
            )
        if any(zone["key"] == key for zone in zones):
            raise ValueError(_("Die Zone %(key)s steht zweimal da.") % {"key": key})
        zones.append({"key": key, "name": name, "streets": []})
        return
    if not zones:
        raise ValueError(_("Beginnen Sie mit einer Zeile wie „Zone A: Innenstadt“."))
    zones[-1]["streets"].append(_read_street(line))


def _read_head(line: str) -> tuple[str, str] | None:
    """Key and name in „Zone A: Innenstadt“; None for a street."""
    word, _gap, rest = line.partition(" ")
    key, _colon, name = (part.strip() for part in rest.partition(":"))
    is_key = bool(key) and all(sign.isalnum() or sign in "_-" for sign in key)
    return (key, name) if word.lower() == "zone" and is_key and len(key) <= 20 else None


def _read_street(line: str) -> dict[str, Any]:
    words = line.split(" ")
    side = SIDES.get(words[-1].lower()) if len(words) > 1 else None
    street, numbers = split_numbers(words[:-1] if side else words, _are_numbers)
    if not any(sign.isalpha() for sign in street):
        raise ValueError(_("„%(line)s“ ist keine Straße.") % {"line": line})
    first, last = _ends(numbers, line)
    entry: dict[str, Any] = {"street": street}
    for name, value in (("from", first), ("to", last)):
        if value:
            entry[name] = _plain(value)
    if side:
        entry["side"] = side
    return entry


def _are_numbers(text: str) -> bool:
    return bool(_ONE.fullmatch(text) or _SPAN.fullmatch(text))


def _ends(numbers: str, line: str) -> tuple[str, str]:
    """The first and the last house number; "" where there is none."""
    span = _SPAN.fullmatch(numbers)
    if span is None:
        return numbers, numbers
    first, last = span["from"] or "", span["to"] or ""
    if not (first or last):
        raise ValueError(_("In „%(line)s“ fehlen die Hausnummern.") % {"line": line})
    if first and last and (house_number(first) or (0, "")) > (house_number(last) or (0, "")):
        raise ValueError(_("In „%(line)s“ ist die erste Hausnummer größer als die letzte.") % {"line": line})
    return first, last


def _plain(value: str) -> int | str:
    compact = value.replace(" ", "").lower()
    return int(compact) if compact.isdigit() else compact


def write_zones(zones: Iterable[Mapping[str, Any]]) -> str:
    """The same list as text; `read_zones` gives it back."""
    blocks = []
    for zone in zones:
        head = f"Zone {zone['key']}" + (f": {zone['name']}" if zone.get("name") else "")
        blocks.append("\n".join([head, *(_write_street(entry) for entry in zone.get("streets") or ())]))
    return "\n\n".join(blocks)


def _write_street(entry: Mapping[str, Any]) -> str:
    first, last = entry.get("from"), entry.get("to")
    words = [str(entry["street"])]
    if first not in (None, "") or last not in (None, ""):
        words.append(str(first) if first == last else f"{first or ''}–{last or ''}")
    if entry.get("side"):
        words.append(SIDE_WORDS[str(entry["side"])])
    return " ".join(words)
