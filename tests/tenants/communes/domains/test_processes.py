"""With the platform's real processes and the real Caddy: what one process changes, the others know."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.conftest import database_url
from tests.servers.caddy import caddy
from tests.servers.platform import ask, platform_environ, program
from tests.servers.running import wait_until
from tests.settings import APP_LOGIN, ROOT, TEST_DATA

OWN = "www.wurzen.example"


@dataclass(frozen=True, slots=True)
class Processes:
    """Two web servers and the internal one, by their ports."""

    first: int
    second: int
    internal: int
    environ: dict[str, str]
    admin_url: str
    data: Path

    def run(self, *command: str) -> None:
        """A command of the command line, in a process of its own."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env=self.environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def write(self, statement: str) -> None:
        """Change the database behind everybody's back."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(statement)


@pytest.fixture(scope="module")
def processes(postgres_url: str, fresh_database: str, django_db_setup: None) -> Iterator[Processes]:
    """Running on this run's database; what they were told is taken back afterwards."""
    data = TEST_DATA / f"domains-{uuid.uuid4().hex[:8]}"
    data.mkdir(parents=True)
    name = psycopg.conninfo.conninfo_to_dict(fresh_database)["dbname"]
    environ = platform_environ(data=data, database_url=database_url(postgres_url, str(name), APP_LOGIN))
    admin = database_url(postgres_url, str(name), "")
    with (
        program("first", "serve", "--workers", "1", environ=environ, host="wurzen.localhost") as first,
        program("second", "serve", "--workers", "1", environ=environ, host="wurzen.localhost") as second,
        program("internal", "serve-internal", environ=environ, host="localhost") as internal,
    ):
        yield Processes(first, second, internal, environ, admin, data)
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def own_domain(processes: Processes) -> Iterator[str]:
    """An active name of Wurzen's own, entered behind everybody's back and taken out again."""
    add = f"""INSERT INTO communes_domain (domain, tenant_id, is_primary, state, proof, token, problem, created_at)
        SELECT '{OWN}', id, false, 'active', 'dns', 'token-of-the-test', '', now()
        FROM communes_commune WHERE slug = 'wurzen'"""
    processes.write(add)
    yield OWN
    processes.write(f"DELETE FROM communes_domain WHERE domain = '{OWN}'")
    processes.write("UPDATE communes_domain SET is_primary = true WHERE domain = 'wurzen.localhost'")
    processes.write("UPDATE wurzen.wagtailcore_site SET hostname = 'wurzen.localhost'")
    processes.write("DELETE FROM communes_auditentry WHERE verb LIKE 'domain.%'")
    processes.write("SELECT pg_notify('rathausplatz', 'hosts:')")


def test_what_a_process_knows_of_a_host_is_forgotten_when_another_process_changes_it(
    processes: Processes, own_domain: str
) -> None:
    webs = (processes.first, processes.second)
    for port in webs:
        assert ask(port, "/anliegen/", host=own_domain)[0] == 301
        assert ask(port, "/anliegen/", host="wurzen.localhost")[0] == 200
    processes.write(f"UPDATE communes_domain SET state = 'removed' WHERE domain = '{own_domain}'")
    for port in webs:
        assert ask(port, "/anliegen/", host=own_domain)[0] == 301, "the lookup was not remembered"
    processes.write(f"UPDATE communes_domain SET state = 'active' WHERE domain = '{own_domain}'")
    processes.run("domain", "primary", "wurzen", own_domain)
    for port in webs:
        wait_until(lambda port=port: ask(port, "/anliegen/", host=own_domain)[0] == 200, what="it answers itself")
        wait_until(lambda port=port: ask(port, "/anliegen/", host="wurzen.localhost")[0] == 301, what="it redirects")
    processes.write(f"UPDATE communes_domain SET is_primary = false, state = 'removed' WHERE domain = '{own_domain}'")
    processes.write("SELECT pg_notify('rathausplatz', 'hosts:wurzen')")
    for port in webs:
        wait_until(lambda port=port: ask(port, "/anliegen/", host=own_domain)[0] == 404, what="it is forgotten")


def test_the_real_caddy_serves_each_portal_under_its_own_name_and_nobody_else(
    processes: Processes, own_domain: str
) -> None:
    with caddy(processes.data / "caddy", web=(processes.first, processes.second), ask=processes.internal) as front:
        status, page, _headers = front.get("gera.localhost", "/")
        assert status == 200
        assert "Gera" in page
        status, page, _headers = front.get("wurzen.localhost", "/")
        assert status == 200
        assert "Wurzen" in page
        status, _page, headers = front.get(own_domain, "/anliegen/?a=b")
        assert (status, headers["location"]) == (301, "http://wurzen.localhost/anliegen/?a=b")
        for stranger in ("www.gera.example", "unbekannt.localhost"):
            with pytest.raises(ssl.SSLError):
                front.get(stranger, "/")
        made = {path.name for path in front.storage.glob("certificates/*/*")}
        assert made == {"gera.localhost", "wurzen.localhost", own_domain}
        assert ask(front.http_port, "/a?b=c", host="gera.localhost")[2]["Location"] == (
            f"https://gera.localhost:{front.https_port}/a?b=c"
        )
        proof = ask(front.http_port, "/.well-known/rathausplatz/token-of-the-test", host=own_domain)
        assert proof[1].startswith("token-of-the-test.")
