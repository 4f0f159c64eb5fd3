"""Compiles every `django.po` to `django.mo` with polib, so that no machine needs gettext's tools."""

from __future__ import annotations

from pathlib import Path

import polib

WINGS = ("tenants", "themes", "cms", "services", "platform")


def catalogues(root: Path) -> list[Path]:
    """All translation files of the project."""
    return sorted(path for wing in WINGS for path in (root / wing).rglob("locale/*/LC_MESSAGES/django.po"))


def compile_translations(root: Path) -> int:
    """Compile what is newer than its compiled form; return how many were compiled. May run twice."""
    done = 0
    for source in catalogues(root):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            done += 1
    return done


if __name__ == "__main__":
    compile_translations(Path(__file__).parents[1])
