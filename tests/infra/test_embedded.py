"""The embedded PostgreSQL ends with the last process that uses it, also when another was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from infra.embedded.postgres import start_server
from tests.servers.running import ROOT, wait_until

KILLED = "import os, signal, sys; from pathlib import Path; from infra.embedded.postgres import start_server; \
start_server(Path(sys.argv[1]), durable=False); os.kill(os.getpid(), signal.SIGKILL)"


def test_a_killed_holder_does_not_keep_the_server_running(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    environ = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
    assert subprocess.run([sys.executable, "-c", KILLED, str(folder)], env=environ, cwd=ROOT).returncode == -9
    postmaster = int((folder / "postmaster.pid").read_text().splitlines()[0])
    server = start_server(folder, durable=False)
    with psycopg.connect(server.admin_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    wait_until(lambda: not Path(f"/proc/{postmaster}").exists(), what="the server is gone", seconds=30)
