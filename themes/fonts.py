"""Build the typefaces that come with us: Latin WOFF2 of at most 40 kB each, from the OFL packages in
requirements.

Idempotent: a file that is already there and newer than its source is left alone.
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont

from themes.rounding import round_corners
from themes.typefaces import TYPEFACES, Face

# Basic Latin, Latin-1, Latin Extended-A (Sorbian, Polish and Czech names), quotes, dashes, euro, minus,
# arrows.
UNICODES: Final = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    0x1E9E,
    *range(0x2010, 0x2015),
    *range(0x2018, 0x201F),
    0x2020, 0x2022, 0x2026, 0x202F, 0x2030, 0x2039, 0x203A, 0x20AC, 0x2116, 0x2122, 0x2190, 0x2192, 0x2212,
)  # fmt: skip
FEATURES: Final = ("kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum")
LIMIT: Final = 40_000


class FontBuildError(RuntimeError):
    """A typeface could not be built; the message says which and why."""


def build_fonts(target: Path) -> list[Path]:
    """Write all bundled typefaces into `target` (created if needed) and return their paths."""
    target.mkdir(parents=True, exist_ok=True)
    faces = {face.file: face for typeface in TYPEFACES.values() for face in typeface.faces}
    return [_build(face, target / name) for name, face in sorted(faces.items())]


def _source(face: Face) -> Path:
    spec = find_spec(face.package)
    if spec is None or not spec.submodule_search_locations:
        raise FontBuildError(f"The package {face.package} is missing; install requirements/runtime.txt.")
    return Path(next(iter(spec.submodule_search_locations))) / "files" / face.source


def _build(face: Face, path: Path) -> Path:
    source = _source(face)
    if path.exists() and path.stat().st_mtime >= source.stat().st_mtime:
        return path
    font = TTFont(source)
    if face.rounded:
        _keep_latin(font)
        unit = font["head"].unitsPerEm / 1000
        weight = int(face.weight)
        round_corners(font, outer=weight * 0.095 * unit, inner=weight * 0.03 * unit)
    _rename(font, face)
    content = subset_latin(font)
    if len(content) > LIMIT:
        raise FontBuildError(f"{path.name} is {len(content)} bytes, more than {LIMIT}.")
    fresh = path.with_suffix(".part")
    fresh.write_bytes(content)
    fresh.replace(path)
    return path


def _rename(font: TTFont, face: Face) -> None:
    """A changed font may not carry its reserved name (OFL § 3); copyright and licence stay (§ 2)."""
    family = f"Rathausplatz {face.family.split()[-1]}"
    for name_id, text in ((1, family), (3, family), (4, family), (6, family.replace(" ", "")), (16, family)):
        for record in [record for record in font["name"].names if record.nameID == name_id]:
            record.string = text


def _keep_latin(font: TTFont) -> None:
    options = subset.Options(layout_features=list(FEATURES), hinting=False)
    options.name_IDs, options.notdef_outline = [0, 1, 2, 3, 4, 6, 13, 14], True
    chooser = subset.Subsetter(options)
    chooser.populate(unicodes=UNICODES)
    chooser.subset(font)


def subset_latin(font: TTFont) -> bytes:
    """Reduce a font to Latin letters and return it as WOFF2."""
    _keep_latin(font)
    font.flavor = "woff2"
    target = io.BytesIO()
    font.save(target)
    return target.getvalue()
