"""`python -m infra.testing [pytest arguments]`: the suite on two workers, then the journeys in a process of their own.

First, what the tests run against is installed, once and in one go (`infra.testing.packages`): PgBouncer, Redis,
RabbitMQ, Caddy, Ceph's S3 and Chromium.

Playwright keeps an event loop running in its thread; libraries that start one themselves (pyHanko) can't share it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from infra.testing.browser import NoBrowserError, find_browser, missing_browser
from infra.testing.packages import NotInstalledError, install, missing_packages

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2


def main(arguments: list[str]) -> int:
    """Exit code of pytest, 2 without a browser or one of the servers that are tested against."""
    try:
        install([*missing_packages(), *missing_browser()])
        browser = find_browser()
    except (NoBrowserError, NotInstalledError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    subprocess.run([sys.executable, "-m", "infra.translations"], cwd=ROOT, check=True)
    chosen = (
        [] if any(argument.startswith(("-n", "--numprocesses")) for argument in arguments) else ["-n", str(WORKERS)]
    )
    environment = os.environ | {"CHROMIUM": str(browser)}
    if arguments:
        return _pytest([*chosen, "--dist=loadgroup", *arguments], environment)
    first = _pytest([*chosen, "-m", "not journey"], environment)
    second = _pytest(["-m", "journey"], environment)
    return first or second


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
