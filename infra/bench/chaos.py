"""kill -9 at random moments: of what was killed nothing is stuck, and nothing half-made is left after the next run."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from infra.bench.fleet import Fleet, make_commune
from infra.bench.mortals import Nursery, StillThereError, wait_until_gone
from infra.bench.releases import Releases
from infra.bench.report import print_table
from infra.bench.victims import Export, Import, Left, Provisioning, Removal, Rollout, Victim

SYSTEM = "^(pg_|information_schema$|public$)"
# some moments lie behind the work's usual end
BEYOND = 1.05
HEAD = ["killed", "undisturbed", "kills", "left nothing", "left a part", "was through", "stuck", "half-made"]


@dataclass
class Toll:
    """What came of killing one kind of work."""

    title: str
    seconds: float
    left: Counter[Left] = field(default_factory=Counter)
    stuck: list[str] = field(default_factory=list)
    half_made: list[str] = field(default_factory=list)

    def row(self) -> list[object]:
        """For the table."""
        counts = [self.left[left] for left in Left]
        kills = sum(counts)
        return [self.title, f"{self.seconds:.2f} s", kills, *counts, len(self.stuck), len(self.half_made)]


def attack(victim: Victim, environ: Callable[[], dict[str, str]], *, kills: int, chance: random.Random) -> Toll:
    """Let the work be done once undisturbed, then kill it `kills` times, each time followed by the next run.

    Each run is a process of its own on a connection of its own. What is half-made is looked for after every next run
    in the work itself, and at the end in the whole database. `environ` is asked once something was ordered.
    """
    victim.begin()
    before = set(half_made())
    with Nursery(environ()) as nursery:
        toll = Toll(victim.title, nursery.live(victim.work, **victim.arguments))
        for _kill in range(kills):
            victim.begin()
            nursery.die(victim.work, chance.uniform(0, BEYOND) * toll.seconds, **victim.arguments)
            try:
                wait_until_gone()
                toll.left[victim.left()] += 1
                nursery.live(victim.work, **victim.arguments)
            except (RuntimeError, StillThereError) as error:
                toll.stuck.append(str(error))
            toll.half_made += victim.faults()
    toll.half_made += sorted(set(half_made()) - before)
    return toll


def half_made() -> list[str]:
    """What no commune accounts for, and what a commune lacks, a sentence each. Reads catalogue, rows and files."""
    from django.conf import settings

    from tenants.communes.models import Commune, CommuneState, ProvisioningRun, SpareSchema
    from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA
    from tenants.communes.roles import role_of

    states = dict(Commune.objects.values_list("schema_name", "state"))
    unmade = ProvisioningRun.objects.exclude(state=ProvisioningRun.State.DONE)
    waiting = set(unmade.values_list("commune__schema_name", flat=True))
    made = {name for name, state in states.items() if state != CommuneState.DELETED and name not in waiting}
    spares = set(SpareSchema.objects.values_list("schema_name", flat=True))
    with psycopg.connect(settings.DATABASE_URL) as looking:
        schemas = _first(looking, f"SELECT nspname FROM pg_namespace WHERE nspname !~ '{SYSTEM}'")
        roles = _first(looking, "SELECT rolname FROM pg_roles WHERE NOT rolcanlogin")
    shared = {f"{settings.ROLE_PREFIX}_{duty}" for duty in ("owner", "platform", "reader", "communes")}
    own_roles = {name for name in roles - shared if name.startswith(settings.COMMUNE_ROLE_PREFIX)}
    folders = {path.name for path in _folders(Path(settings.MEDIA_ROOT))}
    known = made | spares
    return [
        *(f"schema {name} belongs to nobody" for name in schemas - known - {TEMPLATE_SCHEMA}),
        *(f"commune {name} has no schema" for name in made - schemas),
        *(f"role {name} belongs to nobody" for name in own_roles - {role_of(name) for name in known}),
        *(f"commune {name} has no role" for name in made if role_of(name) not in roles),
        *(f"files of {name}, which is gone" for name in folders & set(states) - made),
    ]


def _first(looking: psycopg.Connection, query: str) -> set[str]:
    return {str(row[0]) for row in looking.execute(query)}  # type: ignore[call-overload]


def _folders(root: Path) -> Iterable[Path]:
    return (path for path in root.iterdir() if path.is_dir() and any(path.rglob("*"))) if root.is_dir() else ()


def environ_of(releases: Releases | None = None) -> dict[str, str]:
    """What a process needs to work on the same installation as this one."""
    from django.conf import settings

    environ = {
        "DJANGO_SETTINGS_MODULE": "infra.bench.mortal_settings",
        "DATABASE_URL": settings.DATABASE_URL,
        "DATABASE_DIRECT_URL": settings.DATABASE_URL,
        "ROLE_PREFIX": settings.ROLE_PREFIX,
        "COMMUNE_ROLE_PREFIX": settings.COMMUNE_ROLE_PREFIX,
    }
    return environ | (releases.environ() if releases else {})


def measure_chaos(fleet: Fleet, *, kills: int, seed: int) -> None:
    """Kill everything that may be killed, print what came of it, and let `fleet verify` have the last word."""
    chance = random.Random(seed)  # noqa: S311
    tolls = []
    for victim in _victims(fleet.releases, fleet.data):
        fleet.watch.say(f"kill -9: {victim.title}")
        toll = attack(victim, lambda: environ_of(fleet.releases), kills=kills, chance=chance)
        for sentence in [*toll.stuck, *toll.half_made]:
            sys.stderr.write(f"{toll.title}: {sentence}\n")
        tolls.append(toll)
    title = f"kill -9 at random moments and the next run, {fleet.live()} communes there (seed {seed})"
    print_table(title, HEAD, [toll.row() for toll in tolls])
    _verify()


def _victims(releases: Releases, folder: Path) -> Iterable[Victim]:
    yield Provisioning()
    yield Removal()
    make_commune("Vorlagendorf")
    export = Export("vorlagendorf", folder)
    yield export
    yield Import(export.path, "vorlagendorf")
    yield Rollout(releases)


def _verify() -> None:
    from tenants.communes.rollouts.selection import Selector
    from tenants.communes.rollouts.verifying import verify_fleet

    findings = [f"{finding.schema}: {finding.text}" for finding in verify_fleet(Selector())]
    sys.stderr.write("".join(f"{line}\n" for line in findings[:20]))
    print_table("`fleet verify` afterwards", ["findings"], [[len(findings)]])
