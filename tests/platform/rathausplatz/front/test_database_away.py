"""While the database is away, slow or new again, visitors get pages of before or a page of ours, never an error."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.platform.rathausplatz.front.conftest import HOST, web_server
from tests.servers.http import Said, visit
from tests.servers.running import wait_until
from tests.servers.stoppable_postgres import StoppablePostgres

pytestmark = pytest.mark.patient
AT_ONCE = 3.0
WITHIN = 15.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def web(postgres: StoppablePostgres) -> Iterator[int]:
    """A web process that has made and kept the home page, and hears of changes."""
    with web_server(postgres) as port:
        assert visit(port, "/", HOST).status == 200
        wait_until(lambda: "notifications: ok" in visit(port, "/readyz", HOST).text, what="the process hears")
        wait_until(lambda: is_kept(port), what="the home page is kept")
        yield port


def is_kept(port: int) -> bool:
    """Whether the home page came from the page cache: Django numbers what it answers."""
    answer = visit(port, "/", HOST)
    return answer.status == 200 and "x-request-id" not in answer.headers


def timed(port: int, path: str, host: str = HOST, method: str = "GET", body: bytes = b"") -> tuple[Said, float]:
    began = time.monotonic()
    answer = visit(port, path, host, method=method, body=body, seconds=60, **(FORM if body else {}))
    return answer, time.monotonic() - began


def assert_is_our_page(answer: Said) -> None:
    assert (answer.status, answer.headers["retry-after"], answer.headers["cache-control"]) == (503, "30", "no-store")
    assert "Das Portal antwortet gerade nicht" in answer.text
    assert "Das Portal von Gera" in answer.text
    assert "x-database-away" not in answer.headers


def test_without_a_database_kept_pages_go_on_and_others_get_the_commune_s_own_page(
    web: int, postgres: StoppablePostgres
) -> None:
    postgres.stop()
    try:
        for _turn in range(3):
            assert visit(web, "/", HOST).status == 200
        assert_is_our_page(visit(web, "/kontakt/?fresh=1", HOST))
        assert visit(web, "/healthz", HOST).text == "ok\n"
        ready = visit(web, "/readyz", "127.0.0.1")
        assert (ready.status, ready.text.splitlines()[:2]) == (503, ["not ready", "database: out of reach"])
        sent = visit(web, "/konto/anmelden/", HOST, method="POST", body=b"a=1", **FORM)
        assert_is_our_page(sent)
        assert "noch nicht gespeichert" in sent.text
        console = visit(web, "/", "console.localhost")
        assert (console.status, console.headers["retry-after"]) == (503, "30")
        assert visit(web, "/", "unbekannt.localhost").status == 503
    finally:
        postgres.start()
    wait_until(lambda: visit(web, "/kontakt/?fresh=2", HOST).status == 200, what="pages are back", seconds=20)


def test_after_a_restart_nobody_gets_an_error(web: int, postgres: StoppablePostgres) -> None:
    for number in range(12):  # each thread has a connection
        assert visit(web, f"/kontakt/?before={number}", HOST).status == 200
    postgres.stop()
    postgres.start()
    answers = [visit(web, f"/kontakt/?after={number}", HOST).status for number in range(30)]
    assert answers == [200] * 30


def test_a_database_that_hangs_holds_up_no_kept_page_and_others_only_for_a_while(
    web: int, postgres: StoppablePostgres
) -> None:
    assert visit(web, "/kontakt/?warm=1", HOST).status == 200
    postgres.hang()
    try:
        for _turn in range(3):
            answer, seconds = timed(web, "/")
            assert (answer.status, seconds < AT_ONCE) == (200, True)
        answer, seconds = timed(web, "/kontakt/?hung=1")
        assert_is_our_page(answer)
        assert seconds < WITHIN
        wait_until(lambda: timed(web, "/kontakt/?hung=2")[1] < AT_ONCE, what="the outage is known", seconds=30)
        assert_is_our_page(visit(web, "/kontakt/?hung=3", HOST))
        answer, seconds = timed(web, "/healthz")
        assert (answer.status, seconds < AT_ONCE) == (200, True)
    finally:
        postgres.wake()
    wait_until(lambda: visit(web, "/kontakt/?awake=1", HOST).status == 200, what="pages are back", seconds=20)


def test_without_room_for_a_connection_it_is_the_commune_s_page_too(web: int, postgres: StoppablePostgres) -> None:
    import psycopg

    from tests.settings import APP_LOGIN

    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(f'ALTER ROLE "{APP_LOGIN}" CONNECTION LIMIT 0')
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", [APP_LOGIN]
            )
            assert_is_our_page(visit(web, "/kontakt/?full=1", HOST))
            assert visit(web, "/", HOST).status == 200
        finally:
            admin.execute(f'ALTER ROLE "{APP_LOGIN}" CONNECTION LIMIT -1')
    wait_until(lambda: visit(web, "/kontakt/?full=2", HOST).status == 200, what="pages are back", seconds=20)
