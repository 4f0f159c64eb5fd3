"""What cannot work is refused in one sentence that says what to do, and leaves nothing half-made."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.testing.browser import NoBrowserError, find_browser
from tests.servers.old_postgres import old_postgres
from tests.settings import ROOT


def run(data: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with a data folder of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", "RATHAUSPLATZ_DATA": str(data)}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=kept | paths | {"DJANGO_SETTINGS_MODULE": "rathausplatz.settings"} | environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence on standard error."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    said = refusal(run(tmp_path, "demo", f"--port={port}"))
    assert said.endswith(f"PORT={port} is not a port. Give a number from 1 to 65535, for example: make demo PORT=8080")
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refusal(run(tmp_path, "demo", "--port", str(port)))
    assert said == (f"Port {port} is taken by another program. End it, or choose another: make demo PORT={port + 1}")
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_database_is_named_without_its_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    said = refusal(run(tmp_path, "commune", "list", DATABASE_URL=f"postgresql://town:secret@127.0.0.1:{port}/town"))
    assert said.startswith(f"No PostgreSQL answers at DATABASE_URL=postgresql://town:…@127.0.0.1:{port}/town (")
    assert said.endswith("Start that server, correct DATABASE_URL, or unset it to use the embedded one.")
    assert "secret" not in said


def test_a_database_url_that_is_none_is_refused(tmp_path: Path) -> None:
    said = refusal(run(tmp_path, "commune", "list", DATABASE_URL="mysql//town"))
    assert "DATABASE_URL=mysql//town" in said
    assert said.endswith("Start that server, correct DATABASE_URL, or unset it to use the embedded one.")


def test_a_postgresql_that_is_too_old_is_refused(tmp_path: Path) -> None:
    with old_postgres("13.14") as url:
        said = refusal(run(tmp_path, "commune", "list", DATABASE_URL=url))
    shown = url.replace("secret", "…")
    assert said == (
        f"The PostgreSQL at {shown} is version 13; Rathausplatz needs 15 to 18. "
        "Upgrade that server, or unset DATABASE_URL to use the embedded one."
    )


def test_the_demo_refuses_an_old_postgresql_too(tmp_path: Path) -> None:
    with old_postgres("14.2") as url:
        said = refusal(run(tmp_path, "demo", f"--port={free_port()}", DATABASE_URL=url))
    assert "is version 14; Rathausplatz needs 15 to 18." in said


def free_port() -> int:
    """A port nobody uses at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_a_missing_browser_is_no_reason_to_skip(tmp_path: Path) -> None:
    with pytest.raises(NoBrowserError, match=r"apt install chromium.*playwright install chromium.*CHROMIUM="):
        find_browser({"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path), "HOME": str(tmp_path)})


def test_a_named_browser_must_exist(tmp_path: Path) -> None:
    with pytest.raises(NoBrowserError, match="CHROMIUM=/nowhere/chromium is not a program"):
        find_browser({"CHROMIUM": "/nowhere/chromium", "PATH": str(tmp_path)})


@pytest.mark.parametrize("given", [{"DATABASE_ADMIN_URL": "postgresql:///x"}, {"BASE_DOMAIN": "portale.example"}])
def test_an_installation_without_its_address_starts_no_database_of_its_own(
    tmp_path: Path, given: dict[str, str]
) -> None:
    for words in (["cell", "list"], ["serve"]):
        said = refusal(run(tmp_path, *words, **given))
        assert said.startswith("DATABASE_URL is not set, and ")
        assert said.endswith(
            "Set DATABASE_URL to the owner's login, as in owner.env; on a server, `rathausplatz-as-owner` does that."
        )
    assert list(tmp_path.iterdir()) == []
