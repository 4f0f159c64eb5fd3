"""Counting never ends a process: not on a full disk, not without a folder; and it is whole again afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from rathausplatz.metrics import files
from rathausplatz.metrics.files import PlainFileDict

from tests.conftest import database_url
from tests.servers.platform import ask, platform_environ, program
from tests.settings import APP_LOGIN, ROOT

KEYS = [mmap_key("requests", "requests_total", ["view"], [f"ä{number}"], "Answers") for number in range(2000)]


def kept(path: Path) -> dict[str, float]:
    """What prometheus-client finds in a file."""
    return {key: value for key, value, _timestamp, _position in MmapedDict.read_all_values_from_file(str(path))}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that could not be written is tried again with the next figure."""
    monkeypatch.setattr(files, "PAUSE", 0.0)


def test_prometheus_reads_what_was_counted_and_a_restart_goes_on_with_it(tmp_path: Path) -> None:
    path = tmp_path / "counter_1.db"
    counted = PlainFileDict(str(path))
    for number, key in enumerate(KEYS):
        assert counted.read_value(key) == (0.0, 0.0)
        counted.write_value(key, float(number), 0.0)
    counted.write_value(KEYS[0], 7.0, 0.0)
    counted.close()
    assert kept(path) == {key: float(number or 7) for number, key in enumerate(KEYS)}
    assert PlainFileDict(str(path)).read_value(KEYS[3]) == (3.0, 0.0)


def test_a_file_that_can_t_be_written_costs_no_figure(tmp_path: Path, at_once: None) -> None:
    path = tmp_path / "counter_1.db"
    # on Linux a disk that is always full; elsewhere a file that can't be made
    path.symlink_to("/dev/full")
    counted = PlainFileDict(str(path))
    for key in KEYS[:3]:
        counted.write_value(key, 1.0, 0.0)
    assert counted.read_value(KEYS[0]) == (1.0, 0.0)

    path.unlink()
    counted.write_value(KEYS[0], 2.0, 0.0)
    assert kept(path) == {KEYS[0]: 2.0, KEYS[1]: 1.0, KEYS[2]: 1.0}


def test_a_disk_that_fills_up_and_is_emptied_loses_no_figure(tmp_path: Path) -> None:
    """The kernel refuses the file to grow, as a full disk does."""
    done = subprocess.run([sys.executable, "-c", FILLING, str(tmp_path / "counter_1.db")], cwd=ROOT, env=PATHS)
    assert done.returncode == 0
    assert len(kept(tmp_path / "counter_1.db")) == 2000


FILLING = """
import resource, signal, sys
from rathausplatz.metrics import files
files.PAUSE = 0.0
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
counted = files.PlainFileDict(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
for number in range(2000):
    counted.write_value(f'["requests", "requests_total", {{"view": "{number}"}}, "Answers"]', 1.0, 0.0)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
counted.write_value(f'["requests", "requests_total", {{"view": "0"}}, "Answers"]', 2.0, 0.0)
"""


PATHS = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}


def test_pages_are_answered_where_nothing_can_be_counted(
    postgres_url: str, fresh_database: str, django_db_setup: None, tmp_path: Path
) -> None:
    import psycopg

    name = str(psycopg.conninfo.conninfo_to_dict(fresh_database)["dbname"])
    (tmp_path / "metrics").write_text("in the way, as a disk would be that is full or read-only")
    (tmp_path / "tmp").write_text("the same for temporary files")
    environ = platform_environ(data=tmp_path, database_url=database_url(postgres_url, name, APP_LOGIN))
    with program("web", "serve", "--workers", "1", environ=environ, host="gera.localhost") as web:
        assert ask(web, "/", host="gera.localhost")[0] == 200
    said = (tmp_path / "web.log").read_text()
    assert "metrics.not_shared" in said
    assert "scratch.not_made" in said
