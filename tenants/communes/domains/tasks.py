"""The schedule's look at host names."""

from __future__ import annotations

from datetime import datetime

import structlog
from celery import shared_task
from django.utils import timezone

from tenants.communes.domains.queries import domains_to_look_at
from tenants.communes.domains.rechecks import recheck_domain
from tenants.communes.models import CommuneState, Domain
from tenants.communes.scope import public_scope

log = structlog.get_logger(__name__)
# so many looks are sent at once; the next round takes the rest
MOST_AT_ONCE = 200
GONE = (CommuneState.ARCHIVED, CommuneState.DELETED)


@shared_task(acks_late=True)
def recheck_domains() -> int:
    """Send one look for each host name that is due; returns how many. May run twice: a look is taken only once."""
    with public_scope():
        due = domains_to_look_at(timezone.now()).exclude(tenant__state__in=GONE)
        keys = list(due.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for key in keys:
        look.delay(domain_id=key)
    return len(keys)


@shared_task(acks_late=True)
def look(*, domain_id: int) -> None:
    """Look at one host name if it is still due; a name that is gone is left alone."""
    with public_scope():
        domain = _take(domain_id, timezone.now())
    if domain is None:
        return
    after = recheck_domain(domain=domain)
    log.info("domains.looked", domain=after.domain, state=after.state, problem=after.problem)


def _take(domain_id: int, now: datetime) -> Domain | None:
    """Claim the look by moving `checked_at`: of two workers with the same message one finds the row no longer due."""
    taken = domains_to_look_at(now).order_by().filter(pk=domain_id).update(checked_at=now)
    return Domain.objects.select_related("tenant").get(pk=domain_id) if taken else None
