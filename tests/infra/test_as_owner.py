"""`rathausplatz-as-owner` starts the command line with the addresses each command needs, from the release meant."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.embedded.postgres import with_login
from tests.conftest import database_url
from tests.servers.platform import platform_environ
from tests.settings import APP_LOGIN, OWNER_LOGIN, ROOT

SCRIPT = ROOT / "infra" / "deploy" / "systemd" / "rathausplatz-as-owner"
LOGINS = ("--app-login", APP_LOGIN, "--owner-login", OWNER_LOGIN)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which `systemd-run` says what it was told instead of starting it."""
    stand_in = tmp_path / "bin" / "systemd-run"
    stand_in.parent.mkdir()
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    stand_in.chmod(0o755)
    return f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The folder of a release, with the program in it."""
    program = tmp_path / "releases" / "2026.12" / ".venv" / "bin" / "rathausplatz"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    return tmp_path / "releases" / "2026.12"


def told(path: str, *words: str) -> list[str]:
    """What systemd is told, a word each."""
    done = subprocess.run(["sh", str(SCRIPT), *words], env={"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def files(words: list[str]) -> list[str]:
    """The environment files among them, in the order in which they count."""
    return [Path(word).name for word in words if word.startswith("--property=EnvironmentFile=")]


def test_a_command_gets_the_owner_s_login_and_no_other(path: str) -> None:
    words = told(path, "commune", "create", "--name", "Bad Köstritz")
    assert files(words) == ["common.env", "owner.env"]
    assert "--property=User=rathausplatz-owner" in words
    assert "--property=WorkingDirectory=/opt/rathausplatz" in words
    program = words.index("/opt/rathausplatz/.venv/bin/rathausplatz")
    assert words[program + 1 :] == ["commune", "create", "--name", "Bad Köstritz"]


def test_what_prepares_gets_the_superuser_s_address_beside_the_owner_s(path: str) -> None:
    words = told(path, "--admin", "cell", "add", "east")
    assert files(words) == ["common.env", "owner.env", "admin.env"]
    assert words[-3:] == ["cell", "add", "east"]


def test_a_release_that_does_not_serve_yet_runs_in_its_own_folder(path: str, release: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(release)
    for words in (["--release", str(release)], ["--admin", "--release", str(link)]):
        said = told(path, *words, "fleet", "migrate", "--dry-run")
        assert f"--property=WorkingDirectory={release}" in said
        assert said[-4:] == [f"{release}/.venv/bin/rathausplatz", "fleet", "migrate", "--dry-run"]
        assert files(said)[-1] == ("admin.env" if "--admin" in words else "owner.env")


def test_a_folder_without_a_program_is_no_release(path: str, tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", str(SCRIPT), "--release", str(tmp_path), "migrate"], env={"PATH": path}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{tmp_path} is no release")


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    """The superuser's address of a database that nobody prepared; gone afterwards."""
    name = f"rp_unprepared_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        yield database_url(postgres_url, name, "")
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def with_files(names: list[str], *, owner: str, admin: str, data: Path) -> dict[str, str]:
    """The environment that the named files make, as their examples have it."""
    environ = platform_environ(data=data, database_url="", BASE_DOMAIN="portale.example")
    given = {"common.env": {}, "owner.env": {"DATABASE_URL": owner}, "admin.env": {"DATABASE_ADMIN_URL": admin}}
    for name in names:
        environ |= given[name]
    return environ


def run(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, str(ROOT / "manage.py"), *words]
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_with_the_superuser_s_address_a_database_is_prepared_before_the_owner_has_a_login(
    path: str, empty_database: str, tmp_path: Path
) -> None:
    nobody_yet = with_login(empty_database, "rp_test_nobody_yet")
    names = files(told(path, "--admin", "database", "prepare"))
    environ = with_files(names, owner=nobody_yet, admin=empty_database, data=tmp_path)
    for words in (["database", "prepare", *LOGINS], ["database", "check"]):
        done = run(environ, *words)
        assert (done.stdout.strip(), done.returncode) == ("The database is prepared.", 0), done.stderr


@pytest.mark.parametrize(
    "words", [["cell", "list"], ["cell", "add", "east"], ["commune", "move", "gera", "--to", "east"]]
)
def test_what_cells_need_runs_as_the_owner_in_the_installation_s_own_database(
    path: str, fresh_database: str, postgres_url: str, django_db_setup: None, tmp_path: Path, words: list[str]
) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(fresh_database)["dbname"])
    names = files(told(path, "--admin", *words))
    admin = database_url(postgres_url, name, "")
    done = run(with_files(names, owner=fresh_database, admin=admin, data=tmp_path), *words)
    # the cell is named in no address, which the command finds out after it has seen the database
    assert "main" in done.stdout if words[1] == "list" else "CELL_URLS" in done.stderr, done.stderr
    assert not (tmp_path / "postgres").exists()
