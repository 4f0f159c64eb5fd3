"""The communes that are measured: ordered and made one after another, each with a stopwatch, and kept if wanted."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.bench.releases import Releases
from infra.bench.wire import round_trips

NAME = "Messdorf"
TOLD_EVERY = 50


@dataclass(frozen=True, slots=True)
class Making:
    """How one commune was made: seconds from the order to the open portal, and of the making alone."""

    seconds: float
    provisioning: float


class Stopwatch:
    """Says on standard error how far we are and since when."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """One line with the seconds since the beginning."""
        sys.stderr.write(f"{time.monotonic() - self._began:7.0f} s  {text}\n")
        sys.stderr.flush()


class Fleet:
    """The communes of the measurement; what making each of them took is kept beside the database."""

    def __init__(self, data: Path, watch: Stopwatch) -> None:
        self.watch = watch
        self.data = data
        self.releases = Releases(data)
        self._path = data / "makings.jsonl"
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        self.makings = [Making(**json.loads(line)) for line in lines]

    def __len__(self) -> int:
        return len(self.makings)

    def grow(self, wanted: int) -> None:
        """Make communes until there are `wanted`. What is there already stays."""
        while len(self) < wanted:
            self.make_one()
            if len(self) % TOLD_EVERY == 0 or len(self) == wanted:
                self.watch.say(f"{len(self)} of {wanted} communes")

    def make_one(self) -> Making:
        """Make the next commune and keep how long it took."""
        making = make_commune(f"{NAME} {len(self) + 1}")
        self.makings.append(making)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(making)) + "\n")
        return making

    def schemas(self) -> list[str]:
        """The schemas of all communes whose portals are open, in the order of their making."""
        from tenants.communes.models import Commune, CommuneState

        live = Commune.objects.filter(state=CommuneState.LIVE).order_by("pk")
        return list(live.values_list("schema_name", flat=True))

    def live(self) -> int:
        """How many communes there are now, the demonstration's and the parts' own included."""
        return len(self.schemas())


def make_commune(name: str) -> Making:
    """Order and make one commune as the owner's worker does: between two tasks a connection may be renewed."""
    from django.db import close_old_connections

    from tenants.communes.provisioning.steps import provision_commune

    close_old_connections()
    began = time.perf_counter()
    run_id = order_commune(name)
    ordered = time.perf_counter()
    provision_commune(run_id=run_id)
    ended = time.perf_counter()
    return Making(ended - began, ended - ordered)


def order_commune(name: str) -> str:
    """Order a commune as the console does; returns the key of its run."""
    from tenants.communes.actions import CommuneOrder, request_commune

    order = CommuneOrder(official_name=name, admin_email="verwaltung@messdorf.example")
    return str(request_commune(order=order, actor=None).pk)


def round_trips_of_making(name: str) -> int:
    """Make one more commune and count the round trips of `provision_commune`."""
    from tenants.communes.provisioning.steps import provision_commune

    run_id = order_commune(name)
    return round_trips(lambda: provision_commune(run_id=run_id))
