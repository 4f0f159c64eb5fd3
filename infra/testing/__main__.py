"""`python -m infra.testing [pytest arguments]`: the suite on two workers, journeys included."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from infra.testing.browser import NoBrowserError, find_or_install_browser

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2


def main(arguments: list[str]) -> int:
    """Exit code of pytest, 2 without a browser."""
    try:
        browser = find_or_install_browser()
    except NoBrowserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    subprocess.run([sys.executable, "-m", "infra.translations"], cwd=ROOT, check=True)
    chosen = (
        [] if any(argument.startswith(("-n", "--numprocesses")) for argument in arguments) else ["-n", str(WORKERS)]
    )
    command = [sys.executable, "-m", "pytest", *chosen, "--dist=loadgroup", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"CHROMIUM": str(browser)}).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
