"""What the database and the broker know, asked when Prometheus asks: true for all processes, and kept by none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import structlog
from django.db import Error, connection
from django.db.models import Count, Max, Model
from django.utils import timezone
from kombu.exceptions import KombuError
from prometheus_client.core import GaugeMetricFamily, Metric

from rathausplatz.background.queues import waiting_messages
from rathausplatz.celery import app
from tenants.communes.models import (
    Archive,
    Commune,
    CommuneState,
    Domain,
    DomainState,
    ProvisioningRun,
    Release,
)
from tenants.communes.scope import public_scope
from tenants.communes.states import OPEN_STATES

log = structlog.get_logger(__name__)


class Figures:
    """A collector for prometheus-client's registry."""

    def collect(self) -> Iterable[Metric]:
        """All figures; those that can't be had are left out, and `rathausplatz_up` says so."""
        up = GaugeMetricFamily("rathausplatz_up", "Whether a part could be asked", labels=["part"])
        for part, ask in (("database", _of_database), ("broker", _of_broker)):
            found = _asked(part, ask)
            up.add_metric([part], 0 if found is None else 1)
            yield from found or ()
        yield up


def _asked(part: str, ask: Callable[[], Iterator[Metric]]) -> list[Metric] | None:
    try:
        return list(ask())
    except (Error, KombuError, OSError) as error:
        log.warning("metrics.out_of_reach", part=part, reason=type(error).__name__)
        connection.close()
        return None


def _of_database() -> Iterator[Metric]:
    with public_scope():
        yield _by_state("rathausplatz_communes", "Communes by state", Commune, CommuneState.values)
        yield _by_state("rathausplatz_domains", "Host names by state", Domain, DomainState.values)
        runs = ProvisioningRun.State.values
        yield _by_state("rathausplatz_provisioning_runs", "Provisioning runs by state", ProvisioningRun, runs)
        yield GaugeMetricFamily("rathausplatz_schemas_behind", "Open communes behind the newest release", _behind())
        proven = Archive.objects.aggregate(at=Max("proven_at"))["at"]
        if proven is not None:
            yield _age("rathausplatz_last_proven_restore_age_seconds", "Since an archive was last restored", proven)


def _by_state(name: str, text: str, model: type[Model], states: Iterable[str]) -> Metric:
    """Rows by state, with a zero for each state that nobody is in: a series must not vanish when it is empty."""
    counted = dict(model._default_manager.values_list("state").annotate(n=Count("pk")).order_by())
    family = GaugeMetricFamily(name, text, labels=["state"])
    for state in states:
        family.add_metric([str(state)], counted.get(state, 0))
    return family


def _behind() -> int:
    newest = Release.objects.aggregate(level=Max("level"))["level"] or 0
    return Commune.objects.filter(state__in=OPEN_STATES, level__lt=newest).count()


def _age(name: str, text: str, at: datetime) -> Metric:
    return GaugeMetricFamily(name, text, (timezone.now() - at).total_seconds())


def commune_count() -> int:
    """How many communes have a schema that answers."""
    with public_scope():
        return Commune.objects.filter(state__in=OPEN_STATES).count()


def _of_broker() -> Iterator[Metric]:
    """Messages that wait, by queue."""
    family = GaugeMetricFamily("rathausplatz_queue_messages", "Messages waiting for a worker", labels=["queue"])
    for queue, number in waiting_messages(app.amqp.queues).items():
        family.add_metric([queue], number)
    yield family
