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

from .areas import house_number
from .faults import ZoneSyntaxError

LONGEST_KEY = 4  # it is printed in large type on the permit
SIDES = {"gerade": "even", "ungerade": "odd", "even": "even", "odd": "odd"}
SIDE_WORDS = {"even": "gerade", "odd": "ungerade"}
_HEAD = re.compile(r"^zone\s+(?P<key>[\w-]{1,20})\s*(?::\s*(?P<name>.*))?$", re.IGNORECASE)
_SPAN = r"(?P<from>\d{1,4}\s?[a-z]?)?\s*(?P<dash>[-–])\s*(?P<to>\d{1,4}\s?[a-z]?)?"
_LINE = re.compile(
    rf"^(?P<street>\S.*?)(?:\s+(?:{_SPAN}|(?P<only>\d{{1,4}}\s?[a-z]?)))?(?:\s+(?P<side>gerade|ungerade|even|odd))?$",
    re.IGNORECASE,
)


def read_zones(text: str) -> list[dict[str, Any]]:
    """The zones in `text`. Raises ZoneSyntaxError that names every line that can't be understood."""
    zones: list[dict[str, Any]] = []
    faults: list[str] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        try:
            _read_line(line, zones)
        except ValueError as fault:
            faults.append(_("Zeile %(number)s: %(fault)s") % {"number": number, "fault": fault})
    if faults:
        raise ZoneSyntaxError(faults)
    return zones


def _read_line(line: str, zones: list[dict[str, Any]]) -> None:
    if head := _HEAD.match(line):
        key = head["key"]
        if len(key) > LONGEST_KEY:
            raise ValueError(
                _("„%(key)s“ ist zu lang für den Ausweis: höchstens vier Zeichen, etwa A2.") % {"key": key}
            )
        if any(zone["key"] == key for zone in zones):
            raise ValueError(_("Die Zone %(key)s steht zweimal da.") % {"key": key})
        zones.append({"key": key, "name": (head["name"] or "").strip(), "streets": []})
        return
    if not zones:
        raise ValueError(_("Beginnen Sie mit einer Zeile wie „Zone A: Innenstadt“."))
    zones[-1]["streets"].append(_read_street(line))


def _read_street(line: str) -> dict[str, Any]:
    found = _LINE.match(line)
    if found is None or not re.search(r"[^\W\d]", found["street"]):
        raise ValueError(_("„%(line)s“ ist keine Straße.") % {"line": line})
    entry: dict[str, Any] = {"street": found["street"]}
    first, last = found["from"] or found["only"], found["to"] or found["only"]
    if found["dash"] and not (first or last):
        raise ValueError(_("In „%(line)s“ fehlen die Hausnummern.") % {"line": line})
    for name, value in (("from", first), ("to", last)):
        if value:
            entry[name] = _plain(value)
    if first and last and (house_number(first) or (0, "")) > (house_number(last) or (0, "")) and not found["only"]:
        raise ValueError(_("In „%(line)s“ ist die erste Hausnummer größer als die letzte.") % {"line": line})
    if found["side"]:
        entry["side"] = SIDES[found["side"].lower()]
    return entry


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
