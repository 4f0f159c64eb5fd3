"""`rathausplatz bench tenancy`: many communes on one PostgreSQL, and what they cost beside what others ask for.

Prints tables, judges nothing. Works on a data directory of its own; `--keep` uses what an earlier run left there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.bench.fleet import Fleet, Stopwatch
from infra.bench.report import machine

FOLDER = "bench-tenancy"
PORT = "8000"
# what a user's environment may say of other installations
FROM_OUTSIDE = (
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "DATABASE_ADMIN_URL",
    "CELL_URLS",
    "CELERY_BROKER_URL",
    "SENTRY_DSN",
    "ROLE_PREFIX",
    "COMMUNE_ROLE_PREFIX",
    "ARCHIVE_DIR",
)
Part = Callable[[Fleet, argparse.Namespace], None]


def run(argv: Sequence[str]) -> int:
    """`rathausplatz bench tenancy [--communes N] [--parts …] [--keep]`. Returns the exit code."""
    options = _options(argv)
    watch = Stopwatch()
    data = _environment(keep=options.keep)
    _prepare(data, watch)
    sys.stdout.write(f"Measured on {machine()}\n")
    fleet = Fleet(data, watch)
    fleet.releases.use()
    fleet.grow(options.communes)
    for name in options.parts:
        watch.say(f"part {name}")
        PARTS[name](fleet, options)
    watch.say("done")
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rathausplatz bench tenancy", description=__doc__)
    parser.add_argument("subject", choices=["tenancy"])
    parser.add_argument("--communes", type=_number, default=1000, help="how many to make (1000)")
    parser.add_argument("--parts", type=_parts, default=list(PARTS), help=f"some of {','.join(PARTS)} (all)")
    parser.add_argument("--kills", type=_number, default=20, help="chaos: how often each work is killed (20)")
    parser.add_argument("--seed", type=_number, default=4711, help="chaos: where the random moments begin (4711)")
    parser.add_argument("--keep", action="store_true", help="go on with what an earlier run of this code left")
    return parser.parse_args(list(argv))


def _number(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _parts(text: str) -> list[str]:
    named = text.split(",")
    if unknown := [name for name in named if name not in PARTS]:
        raise argparse.ArgumentTypeError(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return [name for name in PARTS if name in named]


def _environment(*, keep: bool) -> Path:
    """Decide everything that a user's environment could, before the settings are read. Returns the data directory."""
    from rathausplatz.cli import data_dir, find_database

    data = data_dir() / FOLDER
    if not keep:
        shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, exist_ok=True)
    for name in FROM_OUTSIDE:
        os.environ.pop(name, None)
    os.environ.update(
        {
            "RATHAUSPLATZ_DATA": str(data),
            "RATHAUSPLATZ_DEMO": "1",
            "BASE_DOMAIN": "localhost",
            "PUBLIC_PORT": PORT,
            "MAIL_URL": "dummymail://",
            "LOG_LEVEL": "ERROR",
            "SPARE_SCHEMAS": "0",
        }
    )
    find_database()
    return data


def _prepare(data: Path, watch: Stopwatch) -> None:
    """The demonstration's three communes, and a copy of the database while there are only these."""
    import django

    django.setup()
    mark = data / "prepared"
    if not mark.exists():
        from rathausplatz.demo.prepare import prepare

        from infra.bench import single

        prepare(watch.say)
        watch.say("the same portal without tenancy")
        single.make_database()
        mark.touch()
    from tenants.communes.invalidation import listener

    listener.start()


def _provisioning(fleet: Fleet, _options: argparse.Namespace) -> None:
    from infra.bench.provisioning import measure_fleet_provisioning

    measure_fleet_provisioning(fleet)


def _weight(fleet: Fleet, _options: argparse.Namespace) -> None:
    from infra.bench.weight import measure_weight

    measure_weight(fleet.schemas())


def _archive(_fleet: Fleet, _options: argparse.Namespace) -> None:
    from infra.bench.archive import measure_archive, print_archive

    print_archive(measure_archive())


def _page(fleet: Fleet, _options: argparse.Namespace) -> None:
    from infra.bench.single import measure_page

    measure_page(fleet)


def _memory(fleet: Fleet, _options: argparse.Namespace) -> None:
    from infra.bench.memory import measure_memory

    measure_memory(fleet.schemas())


def _probe(_fleet: Fleet, _options: argparse.Namespace) -> None:
    from infra.bench.walls import measure_walls

    measure_walls()


def _rollout(fleet: Fleet, _options: argparse.Namespace) -> None:
    from infra.bench.rollout import measure_rollout

    measure_rollout(fleet.schemas(), fleet.releases)


def _chaos(fleet: Fleet, options: argparse.Namespace) -> None:
    from infra.bench.chaos import measure_chaos

    measure_chaos(fleet, kills=options.kills, seed=options.seed)


# in this order: what comes later leaves more behind
PARTS: dict[str, Part] = {
    "provisioning": _provisioning,
    "page": _page,
    "memory": _memory,
    "probe": _probe,
    "weight": _weight,
    "archive": _archive,
    "rollout": _rollout,
    "chaos": _chaos,
}
