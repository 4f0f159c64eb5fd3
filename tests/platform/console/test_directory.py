"""The official directory: taken over whole or not at all."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from console.actions import ImportReport, import_directory
from console.directory import DirectoryError, fold, read_directory
from console.models import DirectoryEntry, DirectoryKind
from console.queries import DEMO_DIRECTORY, directory_entries
from django.core.management import CommandError, call_command

from tenants.communes.models import AuditEntry
from tenants.communes.naming import RESERVED, schema_for, slug_for, validate_schema_name, validate_slug
from tests.settings import ROOT

OFFICIAL = Path(os.environ.get("DIRECTORY_CSV") or ROOT.parent / "shared/data/gemeindeverzeichnis.csv")
SIZE = 11_004


@pytest.fixture(scope="session")
def whole_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The official file where there is one, else as many rows with as many twins, in its format."""
    if OFFICIAL.exists():
        return OFFICIAL
    path = tmp_path_factory.mktemp("directory") / "gemeindeverzeichnis.csv"
    lines = DEMO_DIRECTORY.read_text(encoding="utf-8").splitlines()[:1]
    for number in range(SIZE):
        key = f"{number // 1000 % 10:01d},{number // 100 % 10:02d},{number % 10000:04d},{number % 1000:03d}"
        name = (
            f"{['Neu', 'Ober', 'Bad', 'Groß', 'Ühl'][number % 5]}{['burg', 'stadt', 'ło/dz', '(See)', 'ß'][number % 4]}"
        )
        lines.append(f'60,64,{number // 10000:02d},{key},{name}, 1.00, 1,1,1,1,{number:05d},"1,5","2,5",A,B,03,C')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def broken_copy(tmp_path: Path, old: str, new: str) -> Path:
    text = DEMO_DIRECTORY.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "directory.csv"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_rows_of_the_demo_are_read_with_their_districts(db: None) -> None:
    report = import_directory(path=DEMO_DIRECTORY)
    assert report == ImportReport(read=18, added=18, changed=0, gone=0)
    gera = DirectoryEntry.objects.get(ars="160520000000")
    assert (gera.official_name, gera.name) == ("Gera, Stadt", "Gera")
    assert (gera.land_name, gera.county) == ("Thüringen", "Gera, Stadt")
    assert (gera.inhabitants, gera.postcode, str(gera.area_km2)) == (93125, "07545", "152.18")
    assert (gera.latitude, gera.longitude, gera.kind) == (50.876147, 12.080429, DirectoryKind.INDEPENDENT_CITY)
    assert DirectoryEntry.objects.get(name="Göda / Hodźij").county == "Bautzen"


def test_the_same_file_twice_changes_nothing(db: None) -> None:
    import_directory(path=DEMO_DIRECTORY)
    assert import_directory(path=DEMO_DIRECTORY) == ImportReport(read=18, added=0, changed=0, gone=0)


def test_a_changed_row_is_taken_over(db: None, tmp_path: Path) -> None:
    import_directory(path=DEMO_DIRECTORY)
    report = import_directory(path=broken_copy(tmp_path, " 93 125", " 93 999"))
    assert report == ImportReport(read=18, added=0, changed=1, gone=0)
    assert DirectoryEntry.objects.get(ars="160520000000").inhabitants == 93999


def test_an_import_is_on_the_record(db: None) -> None:
    import_directory(path=DEMO_DIRECTORY)
    entry = AuditEntry.objects.get(verb="directory.imported")
    assert entry.detail == {"read": 18, "added": 18, "changed": 0}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("gemeindename", "name", "Kopfzeile"),
        (",02,mittlere Besiedlungsdichte", "", "abgeschnitten"),
        (" 9 170", " neun", "ist keine Zahl"),
        ("04808", "4808", "keine Postleitzahl"),
        ("60,64,14,5,23,0090,090", "60,64,14,5,23,90,090", "Regionalschlüssel"),
        ("60,64,14,5,23,0090,090", "60,63,14,5,22,0020,020", "kommt zweimal vor"),
        ("60,64,14,5,23,0090,090", "60,99,14,5,23,0090,090", "Textkennzeichen"),
        ('"13,072274"', '"13,07', "CSV"),
    ],
)
def test_a_broken_file_gives_one_sentence_with_its_line_and_changes_nothing(
    db: None, tmp_path: Path, old: str, new: str, words: str
) -> None:
    path = broken_copy(tmp_path, old, new)
    with pytest.raises(DirectoryError, match=words) as caught:
        import_directory(path=path)
    line = DEMO_DIRECTORY.read_text(encoding="utf-8").partition(old)[0].count("\n") + 1
    if words != "CSV":
        assert caught.value.line == line
        assert str(caught.value).startswith(f"Zeile {line}: ")
    assert "\n" not in str(caught.value)
    assert DirectoryEntry.objects.count() == 0


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin1.csv"
    path.write_bytes(DEMO_DIRECTORY.read_text(encoding="utf-8-sig").encode("latin-1", "replace"))
    with pytest.raises(DirectoryError, match="UTF-8") as caught:
        read_directory(path)
    assert caught.value.line == 4


def test_a_missing_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match="Prüfen Sie den Pfad"):
        read_directory(tmp_path / "nowhere.csv")
    header_only = tmp_path / "header.csv"
    header_only.write_text(DEMO_DIRECTORY.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(DirectoryError, match="keine Gemeinde"):
        read_directory(header_only)


def test_the_command_reports_in_words_and_in_json(db: None, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("directory", "import", str(DEMO_DIRECTORY), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"read": 18, "added": 18, "changed": 0, "gone": 0}
    out = io.StringIO()
    call_command("directory", "import", str(DEMO_DIRECTORY), stdout=out)
    assert out.getvalue() == "18 Gemeinden gelesen: 0 neu, 0 geändert, 0 nicht mehr im Verzeichnis.\n"
    with pytest.raises(CommandError, match="Zeile 1: "):
        call_command("directory", "import", str(broken_copy(tmp_path, "satzart", "art")))


@pytest.fixture
def directory(db: None) -> Any:
    import_directory(path=DEMO_DIRECTORY)


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("göda", "Göda / Hodźij"),
        ("Goeda", "Göda / Hodźij"),
        ("hodzij", "Göda / Hodźij"),
        ("regis breit", "Regis-Breitingen"),
        ("wojerecy", "Hoyerswerda / Wojerecy"),
        ("146250", "Bautzen / Budyšin"),
        ("04808", "Wurzen"),
        ("Gera, Stadt", "Gera"),
    ],
)
def test_a_municipality_is_found_by_name_key_or_postcode(directory: None, wanted: str, first: str) -> None:
    assert directory_entries(wanted)[0].name == first


def test_nothing_is_found_for_nothing(directory: None) -> None:
    assert list(directory_entries("  /, ")) == []
    assert fold("Lübben (Spreewald) / Lubin (Błota), Stadt") == "luebben spreewald lubin blota stadt"


def test_all_names_of_the_directory_give_valid_unique_names(whole_directory: Path) -> None:
    entries = read_directory(whole_directory)
    assert len(entries) == SIZE
    slugs: set[str] = set()
    schemas: set[str] = set()
    numbered = []
    for entry in entries:
        slug = slug_for(entry.official_name, taken=slugs.__contains__, hints=(entry.county, entry.postcode))
        schema = schema_for(slug, taken=schemas.__contains__)
        validate_slug(slug)
        validate_schema_name(schema)
        assert slug not in slugs
        assert slug not in RESERVED
        assert schema not in schemas
        slugs.add(slug)
        schemas.add(schema)
        if slug.rsplit("-", 1)[-1] in {str(number) for number in range(2, 10)}:
            numbered.append(slug)
    # district or postcode tell twins apart; a number is the very last resort
    assert numbered == []


def test_the_whole_directory_is_imported(db: None, whole_directory: Path) -> None:
    assert import_directory(path=whole_directory) == ImportReport(read=SIZE, added=SIZE, changed=0, gone=0)
    assert import_directory(path=whole_directory) == ImportReport(read=SIZE, added=0, changed=0, gone=0)
