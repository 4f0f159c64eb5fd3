"""The servers that tests run against are found, or a sentence says how to get them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.testing.packages import PROGRAMS, find, missing_packages
from tests.settings import ROOT


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_every_program_that_tests_start_is_here(name: str) -> None:
    found = find(name)
    assert found is not None
    assert os.access(found, os.X_OK)


def test_nothing_is_missing_when_all_are_here() -> None:
    assert missing_packages() == []


def test_a_machine_without_apt_is_told_what_to_install(tmp_path: Path) -> None:
    code = "from infra.testing.packages import *; install(['pgbouncer', 'caddy'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stderr.strip().splitlines()[-1] == (
        "infra.testing.packages.NotInstalledError: The tests start real servers, and some are missing here: caddy, "
        "pgbouncer. Install them (Debian, Ubuntu: sudo apt install --no-install-recommends caddy pgbouncer) and try "
        "again."
    )
