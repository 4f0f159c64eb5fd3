"""An ordered archive is a row: made once, though its message is lost; who ordered reads why it can't be made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F

from tenants.communes.archives.shelf import shelf
from tenants.communes.lifecycle.offboarding import begin_offboarding, cancel_offboarding
from tenants.communes.lifecycle.orders import (
    FAILED,
    GIVEN_UP_AFTER,
    LOST_AFTER,
    ORDERED,
    failure_of,
    fulfil_order,
    lost_orders,
    order_archive,
)
from tenants.communes.lifecycle.tasks import archive, resend_archives
from tenants.communes.models import Archive, AuditEntry, Commune, CommuneState
from tenants.communes.rollouts.locks import fleet_lock
from tenants.communes.scope import PUBLIC_SCHEMA, owner_scope
from tenants.communes.states import TransitionError


class Operator:
    """Who acts."""

    email = "betrieb@example.org"


@pytest.fixture
def leaving(make_commune: Callable[..., Commune], archive_dir: Path) -> Commune:
    """A commune that leaves, with an order of its archive."""
    commune = make_commune()
    begin_offboarding(commune=commune, actor=Operator, reason="zieht um")
    return order_archive(commune=commune, actor=Operator, reason="Vertrag endet")


def row(commune: Commune) -> Commune:
    return Commune.objects.get(pk=commune.pk)


def let_pass(commune: Commune, time: timedelta) -> None:
    Commune.objects.filter(pk=commune.pk).update(archive_ordered_at=F("archive_ordered_at") - time)


def acts(commune: Commune) -> list[tuple[str, str, str]]:
    found = AuditEntry.objects.filter(target=commune.schema_name, verb__startswith="commune.archive")
    return [(act.verb, act.actor, act.detail["reason"]) for act in found.order_by("pk")]


def test_an_order_whose_message_is_lost_is_found_and_carried_out_as_who_gave_it(leaving: Commune) -> None:
    # nobody took the message; a worker may still be on its way to it
    assert lost_orders() == []
    let_pass(leaving, LOST_AFTER)
    assert lost_orders() == [leaving.pk]
    assert resend_archives() == 1
    assert archive(commune_id=leaving.pk) is True
    assert (row(leaving).state, row(leaving).archive_ordered_at) == (CommuneState.ARCHIVED, None)
    assert acts(leaving) == [
        (ORDERED, Operator.email, "Vertrag endet"),
        ("commune.archived", Operator.email, "Vertrag endet"),
    ]
    assert lost_orders() == []
    # delivered once more
    assert archive(commune_id=leaving.pk) is False
    assert Archive.objects.filter(commune=leaving).count() == 1


def test_ordering_twice_is_ordering_once(leaving: Commune) -> None:
    ordered_at = row(leaving).archive_ordered_at
    order_archive(commune=leaving, actor=Operator, reason="noch einmal")
    assert row(leaving).archive_ordered_at == ordered_at
    assert acts(leaving) == [(ORDERED, Operator.email, "Vertrag endet")]


def test_only_who_leaves_has_an_archive_ordered(make_commune: Callable[..., Commune]) -> None:
    commune = make_commune()
    with pytest.raises(TransitionError, match="nicht im Auszug"):
        order_archive(commune=commune, actor=Operator, reason="-")
    assert row(commune).archive_ordered_at is None


def test_two_workers_make_one_archive(leaving: Commune) -> None:
    with fleet_lock(f"order of archive {leaving.pk}"):
        assert fulfil_order(commune_id=leaving.pk) is False
    assert not Archive.objects.filter(commune=leaving).exists()
    assert fulfil_order(commune_id=leaving.pk) is True


def test_who_stays_takes_the_order_back(leaving: Commune) -> None:
    cancel_offboarding(commune=leaving, actor=Operator, reason="bleibt")
    let_pass(leaving, LOST_AFTER)
    assert lost_orders() == []
    assert fulfil_order(commune_id=leaving.pk) is False
    assert row(leaving).state == CommuneState.LIVE


def test_what_can_not_be_made_ends_the_order_and_says_why(leaving: Commune) -> None:
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {leaving.schema_name}.django_migrations RENAME TO lost")
    assert fulfil_order(commune_id=leaving.pk) is False
    assert (row(leaving).state, row(leaving).archive_ordered_at) == (CommuneState.OFFBOARDING, None)
    assert "django_migrations" in failure_of(leaving)
    with owner_scope(PUBLIC_SCHEMA), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {leaving.schema_name}.lost RENAME TO django_migrations")
    order_archive(commune=leaving, actor=Operator, reason="behoben")
    assert failure_of(leaving) == ""
    assert fulfil_order(commune_id=leaving.pk) is True
    assert failure_of(row(leaving)) == ""
    assert [shelf().exists(made.path) for made in Archive.objects.filter(commune=leaving)] == [True]


def test_an_order_that_nobody_could_carry_out_for_days_ends(leaving: Commune) -> None:
    let_pass(leaving, GIVEN_UP_AFTER)
    assert resend_archives() == 0
    assert acts(leaving)[-1] == (FAILED, "system", "In drei Tagen nicht gelungen.")
    assert failure_of(leaving) == "In drei Tagen nicht gelungen."
