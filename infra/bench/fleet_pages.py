"""Pages of few and of many communes on the default cache, and whether limits hold while all of them are read.

`rathausplatz bench fleet-pages [--communes 100]`: the same installation with the demonstration's three communes and
with as many as wanted. Limits are asked through the program that counts, by as many processes at once as real servers
have, and through the web as a visitor would meet one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from infra.bench.browsing import Browser
from infra.bench.installation import WORDS_OF_STARTING, Installation, installation
from infra.bench.report import machine, milliseconds, percentile, print_table
from infra.bench.site import ROOT
from infra.embedded.postgres import APP_LOGIN
from services.cases.numbers import new_number
from tests.fuzz.forms import Form, Page

PATHS = ("/", "/anliegen/", "/suche/?q=Parkausweis", "/mitmachen/ideen/")
READERS, SECONDS, WARM_UP = 4, 20.0, 2
TRACK = "/vorgang/"
CLIENTS = 16
TIMES = 10  # wrong codes of one address in a quarter of an hour
ASKING = """
import sys
from tenants.communes.limits import Limit, is_exceeded
from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope
limit = Limit("bench.fleet", times=40, seconds=86_400)
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
with commune_scope(find_commune("gera").ref()):
    allowed = sum(not is_exceeded(limit, "192.0.2.7") for _try in range(10))
sys.stdout.write(f"{allowed}\\n")
"""
ALLOWED = 40


@dataclass
class Reading:
    """Seconds of answers, statuses, and how long it took altogether."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    took: float = 0.0

    def row(self, communes: int) -> list[object]:
        """For the table."""
        times = [milliseconds(percentile(self.seconds, share)) for share in (0.5, 0.95, 0.99)]
        told = ", ".join(f"{status}: {number}" for status, number in sorted(self.statuses.items()))
        return [communes, len(self.seconds), f"{len(self.seconds) / self.took:.0f}", *times, told]


def run(argv: Sequence[str]) -> int:
    """`rathausplatz bench fleet-pages`. 1 when a limit let more or fewer through than it says."""
    options = _options(argv)
    sys.stdout.write(f"Measured on {machine()}\n")
    with installation("bench-fleet", MAIL_URL="dummymail://", PROXY_HOPS="1") as site:
        site.prepare()
        site.start("web", workers=2)
        site.wait_until_ready()
        few = hosts(site)
        readings = [(len(few), read(site, few, options.seconds))]
        making = "from infra.bench.fleet import make_commune; [make_commune(f'Messdorf {{n}}') for n in range({})]"
        site.run(making.format(options.communes - len(few)))
        many = hosts(site)
        readings.append((len(many), read(site, many, options.seconds)))
        with traffic(site, many):
            limits = [["the counter, 16 processes at once", *_counted_by_processes(site)], *_counted_by_visitors(site)]
    head = ["communes", "pages", "pages/s", "p50", "p95", "p99", "statuses"]
    print_table("Uncached pages over all communes", head, [reading.row(number) for number, reading in readings])
    print_table("Limits under traffic on all communes", ["counted", "allowed", "should be"], limits)
    return int(any(allowed != wanted for _what, allowed, wanted in limits))


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rathausplatz bench fleet-pages", description=__doc__)
    parser.add_argument("subject", choices=["fleet-pages"])
    parser.add_argument("--communes", type=int, default=100, help="how many in the end (100)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each reading takes (20)")
    return parser.parse_args(list(argv))


def hosts(site: Installation) -> list[str]:
    """The first host of every open commune."""
    code = (
        "import json; from tenants.communes.queries import open_communes; "
        "print(json.dumps([commune.ref().primary_host for commune in open_communes().prefetch_related('domains')]))"
    )
    return list(json.loads(site.run(code).strip().splitlines()[-1]))


def read(site: Installation, names: list[str], seconds: float) -> Reading:
    """A few readers go through all communes in turn, each page one that no cache of pages holds."""
    for path in PATHS[:WARM_UP]:
        for name in names:
            _read_one(site, name, path, Reading())
    reading, end = Reading(), time.monotonic() + seconds
    lock, turn, began = threading.Lock(), [0], time.monotonic()

    def go() -> None:
        while time.monotonic() < end:
            with lock:
                turn[0] += 1
                number = turn[0]
            _read_one(site, names[number % len(names)], PATHS[number // len(names) % len(PATHS)], reading)

    readers = [threading.Thread(target=go) for _reader in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    reading.took = time.monotonic() - began
    return reading


def _read_one(site: Installation, name: str, path: str, reading: Reading) -> None:
    browser = Browser(site.ports["web"], name)
    began = time.monotonic()
    fresh = f"{'&' if '?' in path else '?'}frisch={time.monotonic_ns()}"
    reading.statuses[browser.get(path + fresh).status] += 1
    reading.seconds.append(time.monotonic() - began)
    browser.close()


@contextmanager
def traffic(site: Installation, names: list[str]) -> Iterator[None]:
    """Somebody reads in all communes all the time."""
    over = threading.Event()

    def go() -> None:
        number = 0
        while not over.is_set():
            number += 1
            _read_one(site, names[number % len(names)], PATHS[number % len(PATHS)], Reading())

    reader = threading.Thread(target=go)
    reader.start()
    try:
        yield
    finally:
        over.set()
        reader.join()


def _counted_by_processes(site: Installation) -> tuple[int, int]:
    """16 processes count the same thing ten times each at the same moment; forty may pass."""
    environ = site.environ | {"DATABASE_URL": site.database(APP_LOGIN)}
    children = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WORDS_OF_STARTING + ASKING],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _client in range(CLIENTS)
    ]
    for child in children:
        _line(child)
    for child in children:
        if child.stdin:
            child.stdin.write("\n")
            child.stdin.flush()
    allowed = sum(int(_line(child)) for child in children)
    for child in children:
        child.communicate()
    return allowed, ALLOWED


def _line(child: subprocess.Popen[str]) -> str:
    return child.stdout.readline() if child.stdout else ""


def _counted_by_visitors(site: Installation) -> list[list[object]]:
    """Wrong codes by one address: in turn, then by 16 browsers at once. Exactly ten may be tried."""
    in_turn, at_once = Counter[int](), Counter[int]()
    for _try in range(TIMES + 5):
        in_turn[_wrong_code(site, "198.51.100.1")] += 1
    people = [
        threading.Thread(target=lambda: at_once.update([_wrong_code(site, "198.51.100.2")])) for _one in range(CLIENTS)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return [
        ["wrong codes, in turn", in_turn.total() - in_turn[429], TIMES],
        ["wrong codes, 16 at once", at_once.total() - at_once[429], TIMES],
    ]


def _wrong_code(site: Installation, address: str) -> int:
    browser = Browser(site.ports["web"], "gera.localhost")
    browser.headers = {"X-Forwarded-For": address}
    form = code_form(browser)
    answers = {"number": new_number("gera"), "code": "22222222"}
    status = browser.submit(form, form.answers(**answers)).status if form else 0
    browser.close()
    return status


def code_form(browser: Browser) -> Form | None:
    """The form that asks for number and code of a case."""
    answer = browser.visit(TRACK)
    return next((form for form in Page(answer.path, answer.text).forms if form.method == "post"), None)
