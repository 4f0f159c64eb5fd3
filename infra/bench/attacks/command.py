"""Asks other towns' pages when it is quiet and while one town is attacked, and prints the table."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from infra.bench.attacks.__main__ import ATTACKS
from infra.bench.browsing import Browser
from infra.bench.disasters.mailserver import MailServer
from infra.bench.installation import Installation, descendants, installation, memory_of, wait_until
from infra.bench.report import machine, milliseconds, percentile, print_table
from infra.bench.site import ROOT, free_port

VICTIM = "gera.localhost"
# more towns than web processes, so that some share theirs with the attacked one
OTHERS = ("wurzen.localhost", "augustusburg.localhost", "messdorf-1.localhost", "messdorf-2.localhost")
PAGES = ("/", "/anliegen/bewohnerparkausweis/", "/suche/?q=Parkausweis", "/antrag/bewohnerparkausweis/")
PAUSE = 0.12  # between two requests of the patient visitor
PATIENCE = 20.0
TOO_MUCH = 1_500 << 20
LONG, SHORT = 20.0, 5.0
HEAD = ["attack", "p50 quiet", "p95 quiet", "p50", "p95", "p95 ratio", "failed", "web", "worker", "attacker's answers"]
GOAL = 2.0


@dataclass
class Figures:
    """Seconds of answers, and how many did not come or were failures."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        return sum(number for status, number in self.statuses.items() if status == 0 or status >= 500)

    def times(self) -> list[float]:
        """p50 and p95."""
        return [percentile(self.seconds, share) for share in (0.5, 0.95)]


def run(argv: Sequence[str]) -> int:
    """`rathausplatz bench attacks [--short] [--only H1,H3] [--seconds N]`. 1 when a town suffered from another's."""
    options = _options(argv)
    seconds = options.seconds or (SHORT if options.short else LONG)
    chosen = [name for name in ATTACKS if not options.only or name.startswith(tuple(options.only.split(",")))]
    sys.stdout.write(f"Measured on {machine()}\n")
    suffered, rows = False, list[list[object]]()
    try:
        with _site(options) as (site, port):
            for name in chosen:
                sys.stderr.write(f"{name}\n")
                row, bad = _measure(site, port, name, seconds)
                rows.append(row)
                suffered = suffered or bad
    finally:  # what was measured before something broke is told all the same
        print_table(f"Other towns' pages while one is attacked, {seconds:.0f} s each", HEAD, rows)
    return int(suffered)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rathausplatz bench attacks", description=__doc__)
    parser.add_argument("subject", choices=["attacks"])
    parser.add_argument("--short", action="store_true", help=f"{SHORT:.0f} s for each attack instead of {LONG:.0f}")
    parser.add_argument("--only", default="", help="some of them, by their beginning: H1,H3")
    parser.add_argument("--seconds", type=float, default=0.0, help="how long each attack takes")
    parser.add_argument("--keep", action="store_true", help="go on with what an earlier run left, and leave it")
    return parser.parse_args(list(argv))


@contextmanager
def _site(options: argparse.Namespace) -> Iterator[tuple[Installation, int]]:
    from tests.servers.caddy import caddy

    internal = free_port()
    with MailServer() as mail:
        environ = {"PUBLIC_SCHEME": "https", "PROXY_HOPS": "1", "MAIL_URL": mail.url, "REQUIRE_SECOND_FACTOR": "0"}
        with installation("bench-attacks", keep=options.keep, **environ) as site:
            site.ports["internal"] = internal
            site.prepare()
            if not (site.data / "towns").exists():
                site.run("from infra.bench.fleet import make_commune; [make_commune(f'Messdorf {n}') for n in (1, 2)]")
                (site.data / "towns").touch()
            ports = [free_port(), free_port()]
            with caddy(site.data / "caddy", web=ports, ask=internal) as front_door:
                # the address with its port is known only when Caddy has one
                site.environ["PUBLIC_PORT"] = str(front_door.https_port)
                for number, port in enumerate(ports, 1):
                    site.ports[f"web-{number}"] = port
                    site.start("web", name=f"web-{number}", workers=1)
                for kind in _behind():
                    site.start(kind)
                _wait_for_towns(front_door.https_port)
                yield site, front_door.https_port


def _behind() -> list[str]:
    from infra.processes import processes

    return [kind for kind in processes() if kind != "web"]


def _wait_for_towns(port: int) -> None:
    for host in (VICTIM, *OTHERS):
        wait_until(
            lambda host=host: Browser(port, host, secure=True, timeout=5).visit("/").status == 200,  # type: ignore[misc]
            what=f"{host} answers through Caddy",
        )


def _measure(site: Installation, port: int, name: str, seconds: float) -> tuple[list[object], bool]:
    visitor = Visitor(port)
    visitor.ask_for(max(SHORT, seconds / 2))  # what has to be loaded, is
    quiet = visitor.ask_for(seconds)
    with _attacker(name, port, seconds) as attacker, _watched(site, attacker) as peaks:
        during = visitor.ask_for(seconds, until=lambda: attacker.poll() is not None)
        answers = _told(attacker)
    visitor.close()
    ratio = during.times()[1] / quiet.times()[1]
    times = [milliseconds(value) for value in (*quiet.times(), *during.times())]
    memory = [f"{peaks[unit] >> 20} MB" for unit in ("web", "worker")]
    _settle(site)
    row = [name, *times, f"{ratio:.2f} ×", during.failed, *memory, answers]
    return row, ratio > GOAL or during.failed > 0


class Visitor:
    """One patient person who reads other towns' pages in turn, every second time one that nobody has asked before."""

    def __init__(self, port: int) -> None:
        self._browsers = [Browser(port, host, secure=True, timeout=PATIENCE) for host in OTHERS]
        self._asked = 0

    def ask_for(self, seconds: float, until: Callable[[], bool] | None = None) -> Figures:
        """Read for so many seconds, and no longer than `until` lets."""
        figures, pause = Figures(), threading.Event()
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until and figures.seconds and until()):
            browser = self._browsers[self._asked % len(self._browsers)]
            path = PAGES[self._asked // len(self._browsers) % len(PAGES)]
            if self._asked // 2 % 2:
                path += f"{'&' if '?' in path else '?'}frisch={time.monotonic_ns()}"
            self._asked += 1
            began = time.monotonic()
            figures.statuses[browser.visit(path).status] += 1
            figures.seconds.append(time.monotonic() - began)
            pause.wait(PAUSE)
        return figures

    def close(self) -> None:
        """Hang up."""
        for browser in self._browsers:
            browser.close()


@contextmanager
def _attacker(name: str, port: int, seconds: float) -> Iterator[subprocess.Popen[str]]:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "infra.bench.attacks", name, VICTIM, str(port), str(seconds)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _told(attacker: subprocess.Popen[str]) -> str:
    try:
        said, _nothing = attacker.communicate(timeout=PATIENCE + 10)
    except subprocess.TimeoutExpired:
        return "still waiting"
    if not said:
        return "ended early: too much memory" if attacker.returncode == -signal.SIGTERM else "none"
    found = json.loads(said)
    return ", ".join(f"{'none' if status == '0' else status}: {number}" for status, number in sorted(found.items()))


@contextmanager
def _watched(site: Installation, attacker: subprocess.Popen[str]) -> Iterator[dict[str, int]]:
    """The most memory of a web process and of a worker with its children; an attack that takes too much is ended."""
    peaks, over = {"web": 0, "worker": 0}, threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            for name, child in site.children.items():
                unit = "web" if name.startswith("web") else "worker"
                used = memory_of(child.pid)
                if used > TOO_MUCH and attacker.poll() is None:
                    attacker.terminate()
                peaks[unit] = max(peaks[unit], used)

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield peaks
    finally:
        over.set()
        watching.join()


def _settle(site: Installation) -> None:
    """The next attack begins with processes that are through with the last one."""
    webs = [name for name in site.children if name.startswith("web-")]
    for name in webs:
        _begin_again(site, name)
    for name in webs:
        site.wait_until_ready(name)


def _begin_again(site: Installation, name: str) -> None:
    child = site.children[name]
    for pid in reversed(descendants(child.pid)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    child.wait()
    site.start_again(name)
