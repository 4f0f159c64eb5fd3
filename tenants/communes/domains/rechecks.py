"""Looking at a host name again, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.communes.domains.actions import drop_domain
from tenants.communes.domains.proofs import GOOD, NOT_ASKED, Examination, examine, find_proof, find_way
from tenants.communes.domains.states import change_domain_state, lock_domains_of
from tenants.communes.models import Domain, DomainProof, DomainState
from tenants.communes.scope import public_scope

S = DomainState
# one bad look is no failure: servers restart, and the DNS of towns is restarted on weekdays
GRACE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a look: the states to walk through in order, and the problem that is left."""

    states: tuple[str, ...]
    problem: str


def judge(domain: Domain, seen: Examination, now: datetime) -> Verdict:
    """The states a host name goes to, seen from the one it is in. Knows no database; `removed` ends by time alone."""
    if not seen.is_certain:
        return Verdict((), seen.problem)
    if domain.state == S.PENDING:
        return _judge_claim(domain, seen, now)
    if domain.state == S.VERIFIED:
        return _judge_proven(domain, seen, now)
    since = domain.failing_since
    if not seen.problem:
        return Verdict((S.ACTIVE,) if domain.state == S.FAILING else (), "")
    if domain.state == S.ACTIVE:
        return Verdict((S.FAILING,) if since is not None and now - since >= GRACE else (), seen.problem)
    too_long = since is not None and now - since >= timedelta(days=settings.DOMAINS_FAILING_DAYS)
    return Verdict((S.REMOVED,), "failed_too_long") if too_long else Verdict((), seen.problem)


def _judge_claim(domain: Domain, seen: Examination, now: datetime) -> Verdict:
    if seen.proof.is_good:
        return Verdict((S.VERIFIED, S.ACTIVE) if seen.way.is_good else (S.VERIFIED,), seen.way.problem)
    if now - domain.created_at >= timedelta(days=settings.DOMAINS_PENDING_DAYS):
        return Verdict((S.REMOVED,), "expired")
    return Verdict((), seen.problem)


def _judge_proven(domain: Domain, seen: Examination, now: datetime) -> Verdict:
    if not seen.problem:
        return Verdict((S.ACTIVE,), "")
    # a proof by file goes when the name is moved to us, so only the entry in the DNS is asked for again
    if domain.proof == DomainProof.DNS and not seen.proof.is_good:
        return Verdict((S.PENDING,), seen.proof.problem)
    since = domain.verified_at or domain.created_at
    if now - since >= timedelta(days=settings.DOMAINS_FAILING_DAYS):
        return Verdict((S.REMOVED,), "never_led_here")
    return Verdict((), seen.way.problem or seen.problem)


def recheck_domain(*, domain: Domain, actor: Any = None) -> Domain:
    """Look at a host name from outside and let follow what follows. May run twice, also at once.

    The look happens before any lock; when the name changed state meanwhile, nothing follows from it.
    """
    if domain.proof == DomainProof.OURS or domain.state == S.REMOVED:
        return domain
    return settle(domain=domain, seen=examine(domain), actor=actor)


def verify_domain(*, domain: Domain, actor: Any) -> Domain:
    """Look for the proof alone: pending → verified, or the problem is noted. Else nothing changes."""
    if domain.state != S.PENDING:
        return domain
    return settle(domain=domain, seen=Examination(find_proof(domain), NOT_ASKED), actor=actor)


def activate_domain(*, domain: Domain, actor: Any) -> Domain:
    """Look whether a proven name leads here: verified → active, or the problem is noted. Else nothing changes."""
    if domain.state != S.VERIFIED:
        return domain
    return settle(domain=domain, seen=Examination(GOOD, find_way(domain)), actor=actor)


def settle(*, domain: Domain, seen: Examination, actor: Any) -> Domain:
    """Write down what was seen and walk the states that follow, in one transaction. Returns the row as it is then."""
    now = timezone.now()
    with transaction.atomic(), public_scope():
        lock_domains_of(domain.tenant_id)
        row = Domain.objects.select_related("tenant").get(pk=domain.pk)
        if row.state != domain.state:
            return row
        verdict = judge(row, seen, now)
        problem = _walk(row, verdict, actor)
        row = Domain.objects.select_related("tenant").get(pk=domain.pk)
        row.checked_at, row.problem = now, problem
        if row.state == S.ACTIVE and seen.is_certain:
            row.failing_since = (row.failing_since or now) if problem else None
        row.save(update_fields=["checked_at", "problem", "failing_since"])
    return row


def _walk(row: Domain, verdict: Verdict, actor: Any) -> str:
    """Go through the states of a verdict; returns the problem that is left."""
    if verdict.states == (S.REMOVED,):
        drop_domain(domain=row, actor=actor, problem=verdict.problem)
        return verdict.problem
    try:
        with transaction.atomic():
            for state in verdict.states:
                change_domain_state(domain=row, to=state, actor=actor, reason=verdict.problem)
    except IntegrityError:
        # another commune was quicker; the constraint in the database decides, not a question asked before
        return "taken"
    return verdict.problem
