"""Every text on screen has an English translation in a catalogue of ours.

`python -m infra.checking.translations services/cases --missing` prints the entries a room's catalogue lacks, ready to
be filled in; `--add` appends them to that catalogue with empty translations.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import polib

from infra.checking.files import ROOT, Fault, files_in, room_of
from infra.checking.files import WINGS as ALL_WINGS
from infra.checking.messages import Message, all_messages

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
WHERE = Path("locale/en/LC_MESSAGES/django.po")
HEADER = {"Content-Type": "text/plain; charset=UTF-8", "Language": "en", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
Key = tuple[str | None, str]


def check_translations() -> list[Fault]:
    """Messages without a translation, translations with other placeholders, and translations nobody needs."""
    messages = all_messages()
    entries = _entries()
    faults = [
        Fault(
            message.path, message.line, f"no English for {message.text!r} (add it to {room_of(message.path) / WHERE})"
        )
        for message in _missing(messages, entries)
    ]
    used = {message.key for message in messages}
    for key, found in entries.items():
        for path, entry in found:
            if key not in used:
                faults.append(Fault(path, entry.linenum, f"nobody says {entry.msgid!r} any more: remove it"))
            elif entry.translated() and _placeholders(entry) != _placeholders_wanted(entry):
                faults.append(Fault(path, entry.linenum, f"placeholders differ in the translation of {entry.msgid!r}"))
    return faults


def _missing(messages: list[Message], entries: dict[Key, list[tuple[Path, polib.POEntry]]]) -> list[Message]:
    """One message for each text that no catalogue translates."""
    found: dict[Key, Message] = {}
    for message in messages:
        translated = any(_is_done(entry, message) for _path, entry in entries.get(message.key, []))
        if not translated:
            found.setdefault(message.key, message)
    return list(found.values())


def _is_done(entry: polib.POEntry, message: Message) -> bool:
    return entry.translated() and (message.plural is None or all(entry.msgstr_plural.values()))


def _entries() -> dict[Key, list[tuple[Path, polib.POEntry]]]:
    known: dict[Key, list[tuple[Path, polib.POEntry]]] = {}
    for path in files_in(ALL_WINGS, ".po"):
        if "en" not in path.parts:
            continue
        for entry in polib.pofile(str(ROOT / path)):
            if not entry.obsolete:
                known.setdefault((entry.msgctxt, entry.msgid), []).append((path, entry))
    return known


def _placeholders(entry: polib.POEntry) -> set[str]:
    return {name for text in (entry.msgstr, *entry.msgstr_plural.values()) for name in PLACEHOLDER.findall(text)}


def _placeholders_wanted(entry: polib.POEntry) -> set[str]:
    return set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))


def missing_entries(room: Path) -> list[polib.POEntry]:
    """What the catalogues lack of one room's texts, as entries with empty translations."""
    here = [message for message in all_messages() if room in message.path.parents]
    return [_entry(message) for message in _missing(here, _entries())]


def _entry(message: Message) -> polib.POEntry:
    form = "python-format" if PLACEHOLDER.search(message.text) and "%" in message.text else None
    return polib.POEntry(
        msgid=message.text,
        msgid_plural=message.plural or "",
        msgctxt=message.context,
        msgstr="",
        msgstr_plural={0: "", 1: ""} if message.plural else {},
        occurrences=[(str(message.path), "")],
        flags=[form] if form else [],
    )


def add_missing(room: Path) -> int:
    """Append what is missing to the room's catalogue, to be translated by hand. Returns how many. May run twice."""
    path = ROOT / room / WHERE
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue = polib.pofile(str(path)) if path.exists() else polib.POFile()
    catalogue.metadata = HEADER | catalogue.metadata
    catalogue.wrapwidth = 110
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue}
    fresh = [entry for entry in missing_entries(room) if (entry.msgctxt, entry.msgid) not in known]
    catalogue.extend(fresh)
    catalogue.save(str(path))
    return len(fresh)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m infra.checking.translations", description=__doc__)
    parser.add_argument("room", nargs="?", type=Path, help="a room's folder, such as services/cases")
    parser.add_argument("--missing", action="store_true", help="print the entries the room's catalogue lacks")
    parser.add_argument("--add", action="store_true", help="append them to the room's catalogue")
    given = parser.parse_args()
    if given.room is None:
        faults = check_translations()
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        return 1 if faults else 0
    if given.add:
        sys.stdout.write(f"{add_missing(given.room)} entries added to {given.room / WHERE}\n")
        return 0
    entries = missing_entries(given.room)
    sys.stdout.writelines(f"{entry}\n" for entry in entries)
    return 1 if entries else 0


if __name__ == "__main__":
    sys.exit(main())
