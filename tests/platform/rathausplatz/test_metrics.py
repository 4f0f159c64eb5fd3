"""What Prometheus is told: by kind of host and view, per commune while they are few, and what the database knows."""

from __future__ import annotations

import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from rathausplatz.management.commands.serve_internal import internal_address
from rathausplatz.metrics.exposition import exposition
from rathausplatz.metrics.folders import counter_files
from rathausplatz.metrics.middleware import MetricsMiddleware

from tenants.communes.models import Archive, Commune, Domain, Release
from tests.conftest import database_url
from tests.servers.platform import ask, platform_environ, program
from tests.servers.running import free_port, wait_until
from tests.settings import APP_LOGIN, TEST_DATA

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    """All figures of an exposition by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, tuple(sorted(labels.items()))))


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_requests_count_by_kind_of_host_and_view_and_never_by_path(portal: Client, console_client: Client) -> None:
    portal_labels = {"kind": "portal", "view": "participation:idea", "status": "404"}
    before = counted("rathausplatz_requests_total", **portal_labels)
    for number in range(3):
        portal.get(f"/mitmachen/ideen/{815000 + number}/")
    assert counted("rathausplatz_requests_total", **portal_labels) == before + 3
    labels = {"kind": "unknown", "view": "none", "status": "404"}
    before = counted("rathausplatz_requests_total", **labels)
    Client(headers={"host": "unbekannt.localhost"}).get("/geheim/17/")
    assert counted("rathausplatz_requests_total", **labels) == before + 1
    names = {
        str(label) for metric in REGISTRY.collect() for sample in metric.samples for label in sample.labels.values()
    }
    assert not [name for name in names if "815000" in name or "geheim" in name]


def test_communes_beyond_the_limit_count_together(settings: Any) -> None:
    settings.METRICS_COMMUNES_MOST = 2
    middleware = MetricsMiddleware(lambda request: HttpResponse("ok"))
    for schema in ("a", "b", "c", "d", "a"):
        request: Any = HttpRequest()
        request.commune = type("Ref", (), {"schema": f"limit_{schema}"})()
        middleware(request)
    assert counted("rathausplatz_commune_requests_total", commune="limit_a") == 2
    assert counted("rathausplatz_commune_requests_total", commune="limit_c") == 0
    assert counted("rathausplatz_commune_requests_total", commune="other") >= 2


def test_the_database_s_figures_are_those_of_now(gera: Any, wurzen: Any) -> None:
    Commune.objects.filter(slug="wurzen").update(state="suspended", level=0)
    Commune.objects.filter(slug="gera").update(level=0)
    Release.objects.create(level=900, name="2026.12.1", before="a", after="b-of-the-test")
    row = Commune.objects.get(slug="gera")
    Domain.objects.create(tenant=row, domain="www.gera.example", state="failing", proof="dns", is_primary=False)
    at = timezone.now() - timedelta(hours=6)
    Archive.objects.create(
        commune=row, path="a", size=1, sha256="0", level=0, rows=1, files=0, proven_at=at, kind=Archive.Kind.NIGHTLY
    )
    found = samples(exposition().decode())
    assert value(found, "rathausplatz_communes", state="live") == 1
    assert value(found, "rathausplatz_communes", state="suspended") == 1
    assert value(found, "rathausplatz_communes", state="broken") == 0
    assert value(found, "rathausplatz_domains", state="failing") == 1
    assert value(found, "rathausplatz_schemas_behind") == 1
    assert value(found, "rathausplatz_provisioning_runs", state="done") == 2
    assert value(found, "rathausplatz_last_proven_restore_age_seconds") == pytest.approx(6 * 3600, abs=60)
    assert value(found, "rathausplatz_up", part="database") == 1
    assert value(found, "rathausplatz_queue_messages", queue="owner") is not None


def test_without_a_proven_restore_there_is_no_age(gera: Any) -> None:
    assert b"rathausplatz_last_proven_restore_age_seconds" not in exposition()


@contextmanager
def counting(folder: Path, service: str, *, only_a_child: bool = False) -> Iterator[Path]:
    """A process that counts in the folder yielded, until it is killed; or only a child is left that it forked."""
    command = [sys.executable, "-c", COUNT_AND_WAIT, str(folder), service, "fork" * only_a_child]
    environ = platform_environ(data=folder, database_url="")
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        own = Path(process.stdout.readline().strip())
        yield own
        process.kill()
        process.wait()


COUNT_AND_WAIT = """
import os, sys
from pathlib import Path
from rathausplatz.metrics.folders import begin_counting
own = begin_counting(Path(sys.argv[1]), sys.argv[2])
if sys.argv[3] and os.fork():
    os._exit(0)
(own / "counter_1.db").touch()
print(own, flush=True)
sys.stdin.read()
"""


def test_processes_of_one_service_count_side_by_side_until_they_end(tmp_path: Path) -> None:
    with counting(tmp_path, "worker-communes") as first:
        with counting(tmp_path, "worker-communes") as second:
            assert first != second
            assert counter_files(tmp_path) == sorted(str(own / "counter_1.db") for own in (first, second))
        with counting(tmp_path, "web-8000") as web:
            assert counter_files(tmp_path) == sorted(str(own / "counter_1.db") for own in (first, web))


def test_a_folder_stays_while_a_forked_child_counts_in_it(tmp_path: Path) -> None:
    with (
        counting(tmp_path, "worker-communes", only_a_child=True) as own,
        counting(tmp_path, "web-8000") as web,
    ):
        assert counter_files(tmp_path) == sorted(str(each / "counter_1.db") for each in (own, web))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "::1", "fd00::1", "0.0.0.0"])
def test_the_internal_server_listens_inside(address: str) -> None:
    assert internal_address(address) == address


@pytest.mark.parametrize("address", ["8.8.8.8", "2a01:4f8::1", "localhost"])
def test_the_internal_server_refuses_the_internet(address: str) -> None:
    with pytest.raises(Exception, match=r"internet|not an IP address"):
        internal_address(address)


@pytest.fixture(scope="module")
def data(django_db_setup: None) -> Iterator[Path]:
    """A data directory for processes."""
    folder = TEST_DATA / f"metrics-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def counters_of_web(data: Path) -> list[Path]:
    """The files that the web server's processes count in."""
    return list((data / "metrics").glob("web-*/counter_*.db"))


def test_several_web_processes_are_added_up(postgres_url: str, fresh_database: str, data: Path) -> None:
    import psycopg

    name = str(psycopg.conninfo.conninfo_to_dict(fresh_database)["dbname"])
    environ = platform_environ(data=data, database_url=database_url(postgres_url, name, APP_LOGIN))
    with (
        program("web", "serve", "--workers", "2", environ=environ, host="gera.localhost") as web,
        program("internal", "serve-internal", environ=environ, host="localhost") as internal,
    ):
        # one of the two answers while the other is still beginning
        wait_until(lambda: len(counters_of_web(data)) == 2, what="both web processes count")
        before = samples(ask(internal, "/metrics")[1])
        for _visit in range(30):
            assert ask(web, "/gibt/es/nicht/", host="gera.localhost")[0] == 404
            assert ask(web, "/gibt/es/nicht/", host="wurzen.localhost")[0] == 404
        after = samples(ask(internal, "/metrics")[1])

    def grown(name: str, **labels: str) -> float:
        return (value(after, name, **labels) or 0) - (value(before, name, **labels) or 0)

    assert grown("rathausplatz_commune_requests_total", commune="gera") == 30
    assert grown("rathausplatz_commune_requests_total", commune="wurzen") == 30
    assert grown("rathausplatz_page_cache_total", outcome="miss") == 60
    assert len(counters_of_web(data)) == 2
    assert not [key for key in after if "pid" in dict(key[1])]


def test_too_many_communes_are_not_told_apart(data: Path, settings: Any, gera: Any) -> None:
    begin = subprocess.run(
        [sys.executable, "-c", COUNT_ONE, str(data / "few")],
        env=platform_environ(data=data, database_url="postgresql://nobody@127.0.0.1:1/none"),
        capture_output=True,
        text=True,
    )
    assert begin.returncode == 0, begin.stderr
    settings.METRICS_DIR = data / "few"
    assert value(samples(exposition().decode()), "rathausplatz_commune_requests_total", commune="gera") == 1
    settings.METRICS_COMMUNES_MOST = 1
    found = samples(exposition().decode())
    assert value(found, "rathausplatz_commune_requests_total", commune="gera") is None
    assert value(found, "rathausplatz_communes", state="live") == 2


COUNT_ONE = """
import sys
from pathlib import Path
from rathausplatz.metrics.folders import begin_counting
begin_counting(Path(sys.argv[1]), "web")
from rathausplatz.metrics.counters import COMMUNE_REQUESTS
COMMUNE_REQUESTS.labels("gera").inc()
"""


def test_tasks_count_by_their_outcome(gera: Any) -> None:
    from tenants.communes.domains.tasks import look, recheck_domains

    done = {"task": recheck_domains.name, "state": "success"}
    failed = {"task": look.name, "state": "failure"}
    before = counted("rathausplatz_tasks_total", **done), counted("rathausplatz_tasks_total", **failed)
    recheck_domains.apply()
    look.apply(kwargs={"domain_id": "no number"})
    after = counted("rathausplatz_tasks_total", **done), counted("rathausplatz_tasks_total", **failed)
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
    assert counted("rathausplatz_task_seconds_count", task=recheck_domains.name) >= 1


def test_a_broker_out_of_reach_takes_only_its_own_figures_along(gera: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from rathausplatz.celery import app

    monkeypatch.setattr(app.conf, "broker_read_url", f"amqp://guest:guest@127.0.0.1:{free_port()}//")
    found = samples(exposition().decode())
    assert value(found, "rathausplatz_up", part="broker") == 0
    assert value(found, "rathausplatz_up", part="database") == 1
    assert value(found, "rathausplatz_communes", state="live") == 2
