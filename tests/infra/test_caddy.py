"""One host always reaches the same web process, and a lost process takes only its own hosts along."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.servers.caddy import caddy
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
