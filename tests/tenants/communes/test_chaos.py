"""kill -9 of a provisioning at random moments: the next run makes the commune, and nothing else is left.

Rollouts, archives and removals are killed in their own folders; `rathausplatz bench tenancy` kills all of them, more
often.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from infra.bench.chaos import attack, environ_of, half_made
from infra.bench.victims import Left, Provisioning
from tenants.communes.models import Commune
from tenants.communes.rollouts.selection import Selector
from tenants.communes.rollouts.verifying import verify_fleet
from tests.factories.communes import remove

pytestmark = pytest.mark.commits
SEED = 4711
KILLS = 3


@pytest.fixture
def victims(committing: None) -> Iterator[None]:
    yield
    for commune in Commune.objects.filter(official_name__startswith="Opferdorf"):
        remove(commune)


def test_a_killed_provisioning_is_completed_by_the_next_run(victims: None) -> None:
    toll = attack(Provisioning(), environ_of, kills=KILLS, chance=random.Random(SEED))
    assert (toll.stuck, toll.half_made) == ([], [])
    assert toll.left.total() == KILLS
    # all or nothing: it is one transaction
    assert toll.left[Left.PART] == 0
    assert Commune.objects.filter(official_name__startswith="Opferdorf", state="live").count() == KILLS + 1
    assert verify_fleet(Selector(names=("opferdorf-*",))) == []


def test_what_belongs_to_nobody_is_found(victims: None, fresh_database: str) -> None:
    before = set(half_made())
    victim = Provisioning()
    victim.begin()
    assert set(half_made()) == before
    schema = Commune.objects.get(official_name__startswith="Opferdorf").schema_name
    from django.db import connection, transaction

    from tenants.communes.scope import owner_scope

    with owner_scope("public"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')
    assert victim.left() is Left.PART
    assert set(half_made()) - before == {f"schema {schema} belongs to nobody"}
