"""All figures of this machine in Prometheus' text format (0.0.4)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import Error
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from rathausplatz.metrics.figures import Figures, commune_count
from rathausplatz.metrics.folders import counter_files

CONTENT_TYPE = CONTENT_TYPE_LATEST
PER_COMMUNE = "rathausplatz_commune_requests"


class Counters:
    """A collector that adds up what the processes of all services on this machine have counted."""

    def collect(self) -> Iterable[Metric]:
        """The counters; those per commune only while the communes are few."""
        # nothing is in a file yet that was begun on a full disk
        found = [path for path in counter_files(settings.METRICS_DIR) if os.path.getsize(path)]
        merged = MultiProcessCollector.merge(found, accumulate=True)  # type: ignore[no-untyped-call]
        yield from self._few(merged)

    def _few(self, found: Iterable[Metric]) -> Iterator[Metric]:
        for metric in found:
            if metric.name != PER_COMMUNE or _communes_are_few():
                yield metric


def _communes_are_few() -> bool:
    try:
        return commune_count() <= int(settings.METRICS_COMMUNES_MOST)
    except Error:
        return False


def exposition() -> bytes:
    """What `/metrics` answers."""
    registry = CollectorRegistry()
    registry.register(Counters())
    registry.register(Figures())
    return generate_latest(registry)
