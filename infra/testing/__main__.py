"""`python -m infra.testing [pytest arguments]`: the suite on two workers, then the journeys in a process of their own.

Beside the suite, a third process runs the tests that mostly wait for other processes (marked `patient`): they cost
little and would keep a worker for minutes.

First, what the tests run against is installed, once and in one go (`infra.testing.packages`): PgBouncer, Redis,
RabbitMQ, Caddy, Ceph's S3 and Chromium.

Playwright keeps an event loop running in its thread; libraries that start one themselves (pyHanko) can't share it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

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
    environment = os.environ | {"CHROMIUM": str(browser)}
    if arguments:
        chosen = [] if any(one.startswith(("-n", "--numprocesses")) for one in arguments) else ["-n", str(WORKERS)]
        return _pytest([*chosen, "--dist=loadgroup", *arguments], environment)
    with tempfile.TemporaryFile("w+") as said:
        with _begin(["-m", "patient"], environment, output=said) as beside:
            codes = [
                _pytest(["-n", str(WORKERS), "--dist=worksteal", "-m", "not journey and not patient"], environment)
            ]
        codes.append(beside.returncode)
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout)
        sys.stdout.flush()
    codes.append(_pytest(["-m", "journey"], environment))
    return next((code for code in codes if code), 0)


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    with _begin(arguments, environment) as running:
        return running.wait()


def _begin(
    arguments: list[str], environment: dict[str, str], *, output: IO[str] | None = None
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
