"""How long it takes until an ordered commune has its portal, and how long others take for the schema alone."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from infra.bench import stock
from infra.bench.fleet import Fleet, Making, make_commune, round_trips_of_making
from infra.bench.report import median, milliseconds, percentile, print_table

COMMUNES = 10
WINDOW = 20
SPARES = 20
WARM_UP = 10  # a process and a server that have just begun are slower
MIGRATED, CLONED = 3, 5
HEAD = ["communes", "order → open portal", "p95", "of it the making", "round trips"]


def measure_provisioning() -> None:
    """For `make bench`: a few communes in the demonstration."""
    times = [make_commune(f"Messdorf {number}").seconds for number in range(COMMUNES)]
    trips = round_trips_of_making("Messdorf am Ende")
    rows = [[COMMUNES, *(milliseconds(t) for t in (median(times), percentile(times, 0.95), max(times))), trips]]
    print_table("Provisioning: order → live portal", ["communes", "median", "p95", "longest", "round trips"], rows)


def measure_fleet_provisioning(fleet: Fleet) -> None:
    """Windows of the fleet's making, then spare schemas, then the ways of others, on the fleet as it is now."""
    for _number in range(WARM_UP):
        make_commune(_further())
    trips = round_trips_of_making(_further())
    rows = [_row(f"{first + 1}–{last}", fleet.makings[first:last]) for first, last in windows(len(fleet))]
    rows[-1].append(trips)
    print_table("Provisioning: a clone of the template for each commune", HEAD, [[*row, ""][:5] for row in rows])
    _compare(fleet, *_measure_spares(fleet))


def windows(communes: int) -> list[tuple[int, int]]:
    """Where to look at the fleet's making: at its beginning, in the middle and at the end, without overlap."""
    wanted = [
        (9, 9 + WINDOW),
        (communes // 2 - WINDOW // 2, communes // 2 + WINDOW // 2),
        (communes - WINDOW, communes),
    ]
    found: list[tuple[int, int]] = []
    for first, last in wanted:
        first = max(first, found[-1][1] if found else 0)
        if first < min(last, communes):
            found.append((first, min(last, communes)))
    return found


def _row(title: str, makings: Sequence[Making]) -> list[object]:
    times = [making.seconds for making in makings]
    making = median([making.provisioning for making in makings])
    return [title, milliseconds(median(times)), milliseconds(percentile(times, 0.95)), milliseconds(making)]


def _further() -> str:
    return f"Messdorf {uuid.uuid4().hex[:8]}"


def _measure_spares(fleet: Fleet) -> tuple[float, float]:
    """The clone ahead of time and the claim by name, each for itself.

    Returns the median of a clone (schema, rows, role, rights) and the median from order to portal by a claim.
    """
    from django.db import close_old_connections

    from tenants.communes.provisioning.spares import drop_spares, keep_spares

    fleet.watch.say("spare schemas")
    drop_spares()
    clones = []
    for wanted in range(1, SPARES + 2):
        close_old_connections()
        began = time.perf_counter()
        keep_spares(wanted=wanted)
        clones.append(time.perf_counter() - began)
    with _claiming():
        claims = [make_commune(_further()) for _number in range(SPARES)]
        trips = round_trips_of_making(_further())
    title = f"Provisioning with spare schemas, {fleet.live()} communes there"
    head = ["", "median", "p95", "of it the making", "round trips"]
    clone = [milliseconds(median(clones)), milliseconds(percentile(clones, 0.95)), "", ""]
    print_table(title, head, [["clone, ahead of time", *clone], [*_row("order → open portal, claimed", claims), trips]])
    return median(clones), median([claim.seconds for claim in claims])


@contextmanager
def _claiming() -> Iterator[None]:
    """Let this process take spare schemas where there are some."""
    from django.conf import settings

    settings.SPARE_SCHEMAS = SPARES
    try:
        yield
    finally:
        settings.SPARE_SCHEMAS = 0


def _compare(fleet: Fleet, alone: float, claimed: float) -> None:
    """Ours, on the same database and at the same time, against django-tenants' two ways."""
    fleet.watch.say(f"django-tenants: migrate_schemas for {MIGRATED} new schemas")
    migrated = stock.migrate_schemas(MIGRATED)
    fleet.watch.say(f"django-tenants: clone_schema, {CLONED} times")
    cloned = stock.clone_schema(CLONED)
    cloning = median([make_commune(_further()).seconds for _number in range(WINDOW)])
    ours = (
        ("order → open portal, by a spare schema", SPARES, claimed),
        ("order → open portal, by a clone", WINDOW, cloning),
        ("the clone alone, with role and rights", SPARES, alone),
    )
    rows: list[list[object]] = [
        [f"ours: {title}", samples, milliseconds(way), "", "", ""] for title, samples, way in ours
    ]
    for title, times in (("migrate_schemas, schema alone", migrated), ("clone_schema, schema alone", cloned)):
        ratios = [f"{median(times) / way:.1f} ×" for _title, _samples, way in ours]
        rows.append([f"django-tenants: {title}", len(times), milliseconds(median(times)), *ratios])
    head = ["way", "samples", "median", "a spare schema is faster by", "a clone", "the clone alone"]
    print_table(f"Ways to a new commune, {fleet.live()} communes there", head, rows)
