"""Typefaces for letters: OFL fonts from Python packages, found on disk, embedded as subsets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Typeface:
    """A family with the files of its weights (CSS weight → file)."""

    family: str
    package: str
    files: tuple[tuple[int, str], ...]

    def css(self) -> str:
        """@font-face rules with the files' addresses; empty if the package is not installed."""
        folder = _package_folder(self.package)
        if folder is None:
            return ""
        return "".join(
            f'@font-face{{font-family:"{self.family}";font-weight:{weight};src:url({(folder / name).as_uri()})}}'
            for weight, name in self.files
        )


TYPEFACES: tuple[Typeface, ...] = (
    Typeface(
        "Source Sans",
        "font_source_sans_pro",
        (
            (400, "SourceSansPro-Regular.ttf"),
            (700, "SourceSansPro-Bold.ttf"),
            (900, "SourceSansPro-Black.ttf"),
        ),
    ),
    Typeface(
        "Source Serif",
        "font_source_serif_pro",
        (
            (400, "SourceSerifPro-Regular.ttf"),
            (600, "SourceSerifPro-Semibold.ttf"),
            (700, "SourceSerifPro-Bold.ttf"),
        ),
    ),
    Typeface(
        "Manrope",
        "font_manrope",
        ((400, "Manrope-Regular.ttf"), (700, "Manrope-Bold.ttf"), (800, "Manrope-ExtraBold.ttf")),
    ),
    Typeface(
        "Hanken Grotesk",
        "font_hanken_grotesk",
        ((400, "HankenGrotesk-Regular.otf"), (700, "HankenGrotesk-Bold.otf")),
    ),
)
BODY = "Source Sans"


@cache
def font_face_css() -> str:
    """All typefaces as one stylesheet."""
    return "".join(typeface.css() for typeface in TYPEFACES)


@cache
def known_families() -> frozenset[str]:
    """The families that letters can use on this installation."""
    return frozenset(typeface.family for typeface in TYPEFACES if typeface.css())


def embeddable(stack: str) -> str | None:
    """The family at the head of a CSS font stack if letters can embed it."""
    family = stack.split(",", 1)[0].strip(" '\"")
    return family if family in known_families() else None


@cache
def allowed_files() -> frozenset[str]:
    """Addresses the renderer may read: our font files and nothing else."""
    return frozenset(
        (folder / name).as_uri()
        for typeface in TYPEFACES
        if (folder := _package_folder(typeface.package)) is not None
        for _weight, name in typeface.files
    )


def _package_folder(package: str) -> Path | None:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "files"
