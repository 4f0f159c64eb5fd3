"""Finds Chromium for the journeys, or gets it where the machine allows that."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

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


def find_or_install_browser() -> Path:
    """The Chromium to test with; installs Debian's package when we are root and have apt. Raises NoBrowserError."""
    try:
        return find_browser()
    except NoBrowserError:
        if os.environ.get("CHROMIUM") or os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise
    _install()
    return find_browser()


def _install() -> None:
    sys.stdout.write("No Chromium found: installing Debian's package.\n")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        command = ["apt-get", "-qq", *arguments]
        done = subprocess.run(command, env=os.environ | quiet, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise NoBrowserError(f"`{' '.join(command)}` failed ({reason}). {HOW_TO_GET_ONE}")
