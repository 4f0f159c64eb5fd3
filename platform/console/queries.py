"""What the console asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.utils import timezone

from console.arrival import nobody_was_reached
from console.directory import fold
from console.models import DirectoryEntry, Onboarding
from tenants.communes.fleet import FleetCount, count_since
from tenants.communes.models import Archive, AuditEntry, Commune, CommuneState, ProvisioningRun
from tenants.communes.queries import communes_for_operator, present_communes

DEMO_DIRECTORY = Path(__file__).with_name("directory_demo.csv")
S = CommuneState
BEHIND = Q(state__in=[S.LIVE, S.SUSPENDED]) & ~Q(release=settings.RELEASE)
FILTERS: dict[str, Q] = {
    "": Q(),
    "attention": Q(state=S.BROKEN)
    | Q(run_state=ProvisioningRun.State.FAILED)
    # it can't be archived or deleted until its last archive is whole
    | Q(disproved=True, state__in=[S.OFFBOARDING, S.ARCHIVED])
    # nobody has come yet, and somebody's invitation did not arrive
    | nobody_was_reached(),
    "arriving": Q(state__in=[S.REQUESTED, S.PROVISIONING, S.ONBOARDING]),
    "suspended": Q(state=S.SUSPENDED),
    "leaving": Q(state__in=[S.OFFBOARDING, S.ARCHIVED]),
    "behind": BEHIND,
}


def directory_entries(wanted: str) -> QuerySet[DirectoryEntry]:
    """Municipalities by name, regional key or postcode: exact names first, then beginnings, then the larger."""
    digits = wanted.replace(" ", "")
    if digits.isdigit():
        found = DirectoryEntry.objects.filter(Q(ars__startswith=digits) | Q(postcode__startswith=digits))
        return found.order_by("-inhabitants", "ars")
    words = fold(wanted)
    if not words:
        return DirectoryEntry.objects.none()
    first = words.split()[0]
    rank = Case(
        When(folded=words, then=Value(0)),
        When(folded__startswith=f"{words} ", then=Value(1)),
        When(folded__startswith=first, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = DirectoryEntry.objects.all()
    for word in words.split():
        found = found.filter(folded__contains=word)
    return found.order_by(rank, "-inhabitants", "ars")


def _disproved() -> Exists:
    return Exists(Archive.objects.filter(commune=OuterRef("pk"), kind=Archive.Kind.FINAL).exclude(problem=""))


def fleet() -> QuerySet[Commune]:
    """All communes with their hosts and the state of their newest provisioning run."""
    newest = ProvisioningRun.objects.filter(commune=OuterRef("pk")).order_by("-created_at")
    found: QuerySet[Commune] = communes_for_operator().annotate(
        disproved=_disproved(),
        run_state=Subquery(newest.values("state")[:1]),
        run_id=Subquery(newest.values("pk")[:1]),
        run_finished=Subquery(newest.values("finished_steps")[:1]),
    )
    return found


def communes_for_list(*, wanted: str = "", chosen: str = "") -> QuerySet[Commune]:
    """Communes of a filter whose name, host or key contains `wanted`."""
    found = fleet().filter(FILTERS.get(chosen, Q()))
    if wanted:
        key = wanted.replace(" ", "")
        found = found.filter(
            Q(official_name__icontains=wanted)
            | Q(slug__icontains=wanted)
            | Q(ars__startswith=key)
            | Q(pk__in=Commune.objects.filter(domains__domain__icontains=wanted).values("pk"))
        )
    return found


def filter_counts() -> dict[str, int]:
    """How many communes each filter has, in one query."""
    counts = {name or "all": Count("pk", filter=condition) for name, condition in FILTERS.items() if name}
    newest = ProvisioningRun.objects.filter(commune=OuterRef("pk")).order_by("-created_at")
    everyone = present_communes().annotate(run_state=Subquery(newest.values("state")[:1]), disproved=_disproved())
    found: dict[str, int] = everyone.aggregate(all=Count("pk"), **counts)
    return {"" if name == "all" else name: number for name, number in found.items()}


@dataclass(frozen=True, slots=True)
class FleetFigures:
    """The morning look. None: not known, not shown."""

    live: int
    total: int
    inhabitants: int
    cases_today: int | None
    percent_by_system: int | None


def fleet_figures(now: datetime | None = None) -> FleetFigures:
    """Communes, the people they serve, applications since midnight, and how the last 30 days were decided."""
    totals = present_communes().aggregate(
        total=Count("pk"),
        live=Count("pk", filter=Q(state=S.LIVE)),
        inhabitants=Sum("inhabitants", filter=Q(state=S.LIVE)),
    )
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = _remembered("submitted_at", midnight)
    month = _remembered("decided_at", midnight - timedelta(days=30))
    return FleetFigures(
        live=totals["live"],
        total=totals["total"],
        inhabitants=totals["inhabitants"] or 0,
        cases_today=today.all if today else None,
        percent_by_system=round(100 * month.matching / month.all) if month and month.all else None,
    )


def _remembered(column: str, since: datetime) -> FleetCount | None:
    """A count over the fleet, asked at most once a minute. What matches has nobody who decided: the system did."""
    found: FleetCount | None = cache.get_or_set(
        f"console-{column}-{since:%Y%m%d}",
        lambda: count_since(table="cases_case", column=column, since=since, condition=("decided_by_id",)),
        60,
    )
    return found


def commune_for_page(slug: str) -> Commune | None:
    """One commune with its hosts and provisioning runs."""
    runs = Prefetch("provisioning_runs", queryset=ProvisioningRun.objects.order_by("-created_at"))
    return fleet().prefetch_related(runs).filter(slug=slug).first()


def archives_for_page(commune: Commune) -> list[Archive]:
    """The newest archives of a commune."""
    return list(Archive.objects.filter(commune=commune)[:10])


def acts_for_list(*, wanted: str = "", verb: str = "", target: str = "") -> QuerySet[AuditEntry]:
    """The record, newest first, by actor or target, kind of act, and commune."""
    found = AuditEntry.objects.all()
    if wanted:
        found = found.filter(Q(actor__icontains=wanted) | Q(target__icontains=wanted))
    if verb:
        found = found.filter(verb=verb)
    return found.filter(target=target) if target else found


def open_onboardings() -> QuerySet[Onboarding]:
    """Onboardings that were begun and not ordered."""
    return Onboarding.objects.filter(run=None)
