"""What the shipped Caddyfile does: one host, one web process; nothing unfinished, too large or forged gets through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from rathausplatz.front.bodies import MOST_BYTES

from tests.servers.caddy import Caddy, caddy
from tests.servers.platform import ask
from tests.servers.running import free_port
from tests.servers.web import WebServer, page

PATH = "/.well-known/rathausplatz/x"
HOSTS = [f"kommune-{number}.example" for number in range(40)]


def upstreams(port: int, webs: dict[str, WebServer]) -> dict[str, str]:
    """Ask for each host three times; the name of the one web server that each reached."""
    for web in webs.values():
        web.asked.clear()
    for _turn in range(3):
        for host in HOSTS:
            assert ask(port, PATH, host=host)[0] == 200
    found: dict[str, str] = {}
    for name, web in webs.items():
        for host, _path in web.asked:
            assert found.setdefault(host, name) == name, f"{host} reached two web servers"
    return found


def test_a_host_stays_with_its_web_process(tmp_path: Path) -> None:
    webs = {name: WebServer() for name in ("a", "b", "c")}
    for web in webs.values():
        web.otherwise = [page("hier")]
    with webs["a"], webs["b"], ExitStack() as third:
        third.enter_context(webs["c"])
        ports = [web.port for web in webs.values()]
        with caddy(tmp_path, web=ports, ask=free_port()) as front:
            before = upstreams(front.http_port, webs)
            assert set(before) == set(HOSTS)
            assert set(before.values()) == {"a", "b", "c"}
            third.close()
            after = upstreams(front.http_port, webs)
        assert {host for host in HOSTS if after[host] != before[host]} == {h for h in HOSTS if before[h] == "c"}
        assert "c" not in after.values()


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A web process that notes what reaches it."""
    with WebServer() as one:
        one.otherwise = [page("hier", Server="granian")]
        yield one


@pytest.fixture
def front(tmp_path: Path, web: WebServer) -> Iterator[Caddy]:
    """Caddy in front of it; every name may have a certificate."""
    with WebServer() as certificates:
        certificates.otherwise = [page("yes")]
        with caddy(tmp_path, web=[web.port], ask=certificates.port) as one:
            yield one


GERA, WURZEN = "gera.example", "wurzen.example"


def test_nobody_but_caddy_says_who_the_visitor_is(front: Caddy, web: WebServer) -> None:
    forged = ("X_Forwarded_For: 9.8.7.6", "X-Forwarded-For: 9.8.7.6", "X_Forwarded_Proto: http", "Zz: 1", "Zzz: 1")
    for sent in (forged, forged[::-1]):
        assert front.get(GERA, "/", *sent)[0] == 200
    for head in web.heads:
        names = [line.partition(":")[0] for line in head[1:]]
        assert not [name for name in names if "_" in name]
        said = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in head[1:])}
        assert (said["x-forwarded-for"], said["x-forwarded-proto"], said["zz"]) == ("127.0.0.1", "https", "1")


def test_a_web_process_sees_no_body_before_it_is_there_as_a_whole(front: Caddy, web: WebServer) -> None:
    head = f"POST /slow/ HTTP/1.1\r\nHost: {GERA}\r\nContent-Length: 1000\r\n\r\na=1"
    with ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(front.connect(GERA)).sendall(head.encode())
        assert front.get(WURZEN, "/")[0] == 200
        assert [path for _host, path in web.asked] == ["/"]
    assert front.send("POST", GERA, "/whole/", "Content-Length: 3", body=b"a=1")[0] == 200
    assert web.asked[-1] == (GERA, "/whole/")


@pytest.mark.parametrize("length", ["13000000", "209716200", "9" * 30])
def test_what_is_too_large_comes_to_no_web_process(front: Caddy, web: WebServer, length: str) -> None:
    status, text, _headers = front.send("POST", GERA, "/robots.txt", f"Content-Length: {length}")
    assert status in (400, 413)
    assert status == 400 or "zu groß" in text
    assert web.asked == []


def test_the_largest_that_the_program_takes_comes_through(front: Caddy, web: WebServer) -> None:
    assert front.send("POST", GERA, "/", f"Content-Length: {MOST_BYTES}", body=bytes(MOST_BYTES))[0] == 200


def test_nothing_tells_the_world_which_programs_run_here(front: Caddy, web: WebServer) -> None:
    assert "server" not in front.get(GERA, "/")[2]


def test_without_a_web_process_there_is_a_sentence_and_the_moment_to_come_back(tmp_path: Path) -> None:
    with WebServer() as certificates:
        certificates.otherwise = [page("yes")]
        with caddy(tmp_path, web=[free_port()], ask=certificates.port) as front:
            status, text, headers = front.get(GERA, "/")
    assert (status, headers["retry-after"]) == (502, "30")
    assert "antwortet gerade nicht" in text
