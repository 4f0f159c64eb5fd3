"""Reading the official directory of municipalities ("Auszug GV4Q" as `gemeindeverzeichnis.csv`).

Format: UTF-8 with BOM, 20 columns, decimal commas in quotes, spaces as thousands separators. The 12-digit
Regionalschlüssel is made of Land, Regierungsbezirk, Kreis, Verband and Gemeinde.
Source: Statistisches Bundesamt, Datenlizenz Deutschland – Namensnennung 2.0.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.utils.translation import gettext as _

from console.models import DirectoryEntry, DirectoryKind
from tenants.communes.naming import display_name, plain_letters

HEADER = [
    "satzart",
    "textkennzeichen",
    "land",
    "rb",
    "kreis",
    "vb",
    "gemeinde",
    "gemeindename",
    "flaeche",
    "bevoelkerung",
    "maennlich",
    "weiblich",
    "jekm2",
    "postleitzahl",
    "laengengrad",
    "breitengrad",
    "schluessel",
    "bezeichnung",
    "verstaedterungschluessel",
    "verstaedterungbezeichnung",
]
LAND, COUNTY, MUNICIPALITY = "10", "40", "60"
KEY_PARTS = (("land", 2), ("rb", 1), ("kreis", 2), ("vb", 4), ("gemeinde", 3))


class DirectoryError(ValueError):
    """The file can't be used: `line` where it stopped (0: the file as a whole) and a sentence that says what to do."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        super().__init__(sentence if not line else _("Zeile %(line)d: %(text)s") % {"line": line, "text": sentence})
        self.line = line


@dataclass(slots=True)
class _Names:
    """Names of Länder and Kreise, met on the way down the file."""

    lands: dict[str, str] = field(default_factory=dict)
    counties: dict[str, str] = field(default_factory=dict)


def fold(text: str) -> str:
    """A name as it is searched: lower case, without umlauts, accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", plain_letters(text).lower())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


def read_directory(path: Path) -> list[DirectoryEntry]:
    """All municipalities of the file, unsaved. Raises DirectoryError for the first thing that is wrong."""
    entries: dict[str, DirectoryEntry] = {}
    for line, entry in _entries(_text_of(path)):
        if entry.ars in entries:
            raise DirectoryError(
                _("Der Regionalschlüssel %(ars)s kommt zweimal vor. Laden Sie die Datei neu herunter.")
                % {"ars": entry.ars},
                line,
            )
        entries[entry.ars] = entry
    if not entries:
        raise DirectoryError(_("Die Datei enthält keine Gemeinde (Satzart 60). Prüfen Sie, ob es die richtige ist."))
    return list(entries.values())


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DirectoryError(
            _("Die Datei %(path)s lässt sich nicht lesen (%(why)s). Prüfen Sie den Pfad.")
            % {"path": path, "why": error.strerror or type(error).__name__}
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DirectoryError(
            _("Die Datei ist nicht in UTF-8 gespeichert. Speichern Sie sie als „CSV UTF-8“ und versuchen Sie es neu."),
            line,
        ) from error


def _entries(text: str) -> Iterator[tuple[int, DirectoryEntry]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names = _Names()
    try:
        _check_header(next(reader, []))
        for cells in reader:
            if cells:
                row = _row(cells, reader.line_num)
                entry = _entry(row, names, reader.line_num)
                if entry is not None:
                    yield reader.line_num, entry
    except csv.Error as error:
        raise DirectoryError(
            _("Die Zeile ist kein gültiges CSV. Laden Sie die Datei neu herunter."), reader.line_num
        ) from error


def _check_header(cells: list[str]) -> None:
    if cells == HEADER:
        return
    missing = [name for name in HEADER if name not in cells]
    raise DirectoryError(
        _(
            "Die Kopfzeile ist nicht die des amtlichen Gemeindeverzeichnisses (es fehlt: %(missing)s). "
            "Prüfen Sie, ob es die richtige Datei ist."
        )
        % {"missing": ", ".join(missing[:3]) or _("die Reihenfolge der Spalten")},
        1,
    )


def _row(cells: list[str], line: int) -> dict[str, str]:
    if len(cells) != len(HEADER):
        raise DirectoryError(
            _("Die Zeile hat %(found)d statt %(wanted)d Spalten, sie ist wohl abgeschnitten. Laden Sie die Datei neu.")
            % {"found": len(cells), "wanted": len(HEADER)},
            line,
        )
    return dict(zip(HEADER, (cell.strip() for cell in cells), strict=True))


def _entry(row: dict[str, str], names: _Names, line: int) -> DirectoryEntry | None:
    if row["satzart"] == LAND:
        names.lands[row["land"]] = row["gemeindename"]
    elif row["satzart"] == COUNTY:
        names.counties[row["land"] + row["rb"] + row["kreis"]] = row["gemeindename"]
    elif row["satzart"] == MUNICIPALITY:
        return _municipality(row, names, line)
    return None


def _municipality(row: dict[str, str], names: _Names, line: int) -> DirectoryEntry:
    ars = _regional_key(row, line)
    official = " ".join(row["gemeindename"].split())
    if not official or len(official) > 200:
        raise DirectoryError(_("Der Name der Gemeinde fehlt oder ist zu lang. Prüfen Sie die Zeile."), line)
    if row["textkennzeichen"] not in DirectoryKind.values:
        raise DirectoryError(
            _("Das Textkennzeichen „%(kind)s“ ist unbekannt. Prüfen Sie die Zeile.") % {"kind": row["textkennzeichen"]},
            line,
        )
    if not re.fullmatch(r"(\d{5})?", row["postleitzahl"]):
        raise DirectoryError(
            _("„%(code)s“ ist keine Postleitzahl. Prüfen Sie die Zeile.") % {"code": row["postleitzahl"]}, line
        )
    return DirectoryEntry(
        ars=ars,
        official_name=official,
        name=display_name(official),
        kind=row["textkennzeichen"],
        land=row["land"],
        land_name=names.lands.get(row["land"], ""),
        county=names.counties.get(ars[:5], ""),
        postcode=row["postleitzahl"],
        inhabitants=int(_number(row, "bevoelkerung", line)),
        area_km2=_number(row, "flaeche", line),
        latitude=_degrees(row, "breitengrad", line),
        longitude=_degrees(row, "laengengrad", line),
        folded=fold(official)[:220],
    )


def _regional_key(row: dict[str, str], line: int) -> str:
    parts = [row[name] for name, _length in KEY_PARTS]
    if not all(len(row[name]) == length and row[name].isdecimal() for name, length in KEY_PARTS):
        raise DirectoryError(
            _("Der Regionalschlüssel „%(key)s“ ist unvollständig. Prüfen Sie die Zeile.") % {"key": " ".join(parts)},
            line,
        )
    return "".join(parts)


def _number(row: dict[str, str], column: str, line: int) -> Decimal:
    plain = re.sub(r"[\s\u00a0\u202f]", "", row[column]).replace(",", ".")
    try:
        number = Decimal(plain or "0")
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number < 10**8:
        raise DirectoryError(
            _("„%(value)s“ in der Spalte %(column)s ist keine Zahl. Prüfen Sie die Zeile.")
            % {"value": row[column], "column": column},
            line,
        )
    return number


def _degrees(row: dict[str, str], column: str, line: int) -> float | None:
    return float(_number(row, column, line)) if row[column] else None
