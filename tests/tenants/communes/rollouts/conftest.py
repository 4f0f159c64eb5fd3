"""A small fleet in a database of its own, so that releases can be made and rolled out for real."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import copy_database, database_url, use_database
from tests.tenants.communes.rollouts.releases import MigrationFolder

NAMES = ("Aue", "Brehna", "Calau", "Döbeln", "Egeln", "Finsterwalde")


def make_commune(name: str, *, wave: int = 1) -> Any:
    """A commune with its schema and nothing else: what a rollout needs."""
    from django.db import transaction

    from tenants.communes.models import Commune, CommuneState, Domain
    from tenants.communes.naming import slug_for
    from tenants.communes.provisioning.schemas import make_schema

    slug = slug_for(name, taken=lambda slug: False)
    with transaction.atomic():
        commune = Commune.objects.create(
            schema_name=slug, slug=slug, name=name, official_name=name, wave=wave, state=CommuneState.LIVE
        )
        Domain.objects.create(tenant=commune, domain=f"{slug}.localhost", is_primary=True)
        Commune.objects.filter(pk=commune.pk).update(level=make_schema(slug))
    return commune


@pytest.fixture(scope="session")
def fleet_database(postgres_url: str, migrated_database: str, django_db_setup: None, django_db_blocker: Any) -> Any:
    """The name of a database with six communes, copied for each test."""
    name = f"rp_fleet_{uuid.uuid4().hex[:10]}"
    copy_database(postgres_url, migrated_database, name)
    with using_database(postgres_url, name, django_db_blocker):
        for number, commune in enumerate(NAMES):
            make_commune(commune, wave=min(number, 2))
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class using_database:
    """Django works with another database for a while."""

    def __init__(self, postgres_url: str, name: str, blocker: Any) -> None:
        self._url, self._unblocked = database_url(postgres_url, name), blocker.unblock()

    def __enter__(self) -> None:
        from django.conf import settings

        from tenants.communes.invalidation import forget_everything

        self._unblocked.__enter__()
        self._before = settings.DATABASE_URL
        use_database(self._url)
        forget_everything()

    def __exit__(self, *error: object) -> None:
        from tenants.communes.invalidation import forget_everything

        use_database(self._before)
        forget_everything()
        self._unblocked.__exit__(*error)


@pytest.fixture
def fleet(postgres_url: str, fleet_database: str, django_db_blocker: Any) -> Iterator[str]:
    """Six communes at the newest release in a database of this test's own; yields its name."""
    name = f"rp_fleet_{uuid.uuid4().hex[:10]}"
    copy_database(postgres_url, fleet_database, name)
    with using_database(postgres_url, name, django_db_blocker):
        yield name
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def migrations(tmp_path: Path, settings: Any) -> Iterator[MigrationFolder]:
    """Where a test puts the migrations of its release."""
    folder = MigrationFolder(tmp_path, settings)
    yield folder
    folder.remove()
