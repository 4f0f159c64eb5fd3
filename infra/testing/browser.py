"""Finds Chromium for the journeys, or gets it where the machine allows that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from infra.testing.packages import NotInstalledError, install

PACKAGE = "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLAYWRIGHT_CACHES = (".cache/ms-playwright", "Library/Caches/ms-playwright")
PLAYWRIGHT_PROGRAMS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    "chromium_headless_shell-*/chrome-*/headless_shell",
)
HOW_TO_GET_ONE = (
    "The browser journeys need Chromium, and none was found. Install it (Debian, Ubuntu: sudo apt install chromium), "
    "or fetch one with `.venv/bin/playwright install chromium`, or name yours: make test CHROMIUM=/path/to/chromium"
)


class NoBrowserError(Exception):
    """There is no Chromium; the text says how to get one."""


def find_browser(environ: Mapping[str, str] = os.environ) -> Path:
    """The Chromium to test with: $CHROMIUM, one on PATH, or Playwright's. Raises NoBrowserError."""
    if named := environ.get("CHROMIUM"):
        found = shutil.which(named, path=environ.get("PATH"))
        if found is None:
            raise NoBrowserError(f"CHROMIUM={named} is not a program. {HOW_TO_GET_ONE}")
        return Path(found)
    for name in NAMES:
        if found := shutil.which(name, path=environ.get("PATH")):
            return Path(found)
    programs = _playwright_programs(environ)
    if not programs:
        raise NoBrowserError(HOW_TO_GET_ONE)
    return programs[0]


def _playwright_programs(environ: Mapping[str, str]) -> list[Path]:
    home, named = Path(environ.get("HOME", "/")), environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(named)] if named else [home / name for name in PLAYWRIGHT_CACHES]
    return [
        program
        for folder in folders
        for pattern in PLAYWRIGHT_PROGRAMS
        for program in sorted(folder.glob(pattern), reverse=True)
    ]


def missing_browser() -> list[str]:
    """The Debian package of a browser, unless there is one. Raises NoBrowserError when $CHROMIUM is none."""
    try:
        find_browser()
    except NoBrowserError:
        if os.environ.get("CHROMIUM"):
            raise
        return [PACKAGE]
    return []


def find_or_install_browser() -> Path:
    """The Chromium to test with; installs Debian's package when we are root and have apt. Raises NoBrowserError."""
    try:
        install(missing_browser())
    except NotInstalledError as error:
        raise NoBrowserError(f"{error} {HOW_TO_GET_ONE}") from error
    return find_browser()
