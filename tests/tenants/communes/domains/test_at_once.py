"""The same host name wanted by several at the same moment: the database decides, and nobody sees half of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from tenants.communes.domains.actions import add_domain, make_primary, remove_domain
from tenants.communes.domains.proofs import GOOD, Examination
from tenants.communes.domains.rechecks import settle
from tenants.communes.domains.states import DomainError
from tenants.communes.models import AuditEntry, Domain, DomainProof, DomainState
from tenants.communes.scope import owner_scope

T = TypeVar("T")
S = DomainState
NAME = "www.begehrt.example"
pytestmark = pytest.mark.commits


def at_once(*works: Callable[[], T]) -> list[T | Exception]:
    """What each returned or raised, all started at the same moment on connections of their own."""
    start = Barrier(len(works))

    def one(work: Callable[[], T]) -> T | Exception:
        try:
            start.wait(timeout=60)
            return work()
        except (ValidationError, DomainError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


@pytest.fixture
def communes(committing: None, gera_row: Any, wurzen_row: Any) -> Iterator[tuple[Any, Any]]:
    yield gera_row, wurzen_row
    for row in (gera_row, wurzen_row):
        make_primary(domain=Domain.objects.get(domain=f"{row.slug}.localhost"), actor=None)
    Domain.objects.exclude(proof=DomainProof.OURS).delete()
    with owner_scope("public"):  # the platform itself can't take an entry out of the record
        AuditEntry.objects.filter(verb__startswith="domain.").delete()


@pytest.mark.parametrize("_turn", range(5))
def test_one_of_two_communes_proves_a_name(communes: tuple[Any, Any], _turn: int) -> None:
    claims = [add_domain(commune=commune, name=NAME, actor=None) for commune in communes]
    found = at_once(*(lambda c=claim: settle(domain=c, seen=Examination(GOOD, GOOD), actor=None) for claim in claims))
    assert sorted((row.state, row.problem) for row in found) == [(S.ACTIVE, ""), (S.PENDING, "taken")]
    assert AuditEntry.objects.filter(verb="domain.active", detail__name=NAME).count() == 1


def test_a_look_that_is_taken_twice_is_recorded_once(communes: tuple[Any, Any]) -> None:
    claim = add_domain(commune=communes[0], name=NAME, actor=None)
    at_once(*[lambda: settle(domain=claim, seen=Examination(GOOD, GOOD), actor=None)] * 4)
    verbs = AuditEntry.objects.filter(detail__name=NAME).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["domain.added", "domain.verified", "domain.active"]


def test_the_limit_holds_for_claims_at_the_same_moment(communes: tuple[Any, Any], settings: Any) -> None:
    settings.DOMAINS_MOST_PER_COMMUNE = 3
    names = [f"www{number}.begehrt.example" for number in range(8)]
    found = at_once(*(lambda n=name: add_domain(commune=communes[0], name=n, actor=None) for name in names))
    assert sum(isinstance(each, Domain) for each in found) == 3
    assert Domain.objects.filter(tenant=communes[0], state=S.PENDING).count() == 3


@pytest.mark.parametrize("_turn", range(5))
def test_a_commune_always_has_one_primary_name(communes: tuple[Any, Any], _turn: int) -> None:
    claim = add_domain(commune=communes[0], name=NAME, actor=None)
    own = settle(domain=claim, seen=Examination(GOOD, GOOD), actor=None)
    ours = Domain.objects.get(domain="gera.localhost")
    at_once(
        lambda: make_primary(domain=own, actor=None),
        lambda: remove_domain(domain=own, actor=None),
        lambda: make_primary(domain=ours, actor=None),
    )
    primary = Domain.objects.get(tenant=communes[0], is_primary=True)
    assert primary.state == S.ACTIVE
    assert not Domain.objects.filter(tenant=communes[0], state=S.REMOVED, is_primary=True).exists()
