"""A database of a test file's own, for tests that commit whole communes and take them away again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
import yaml

from tests.conftest import copy_database, database_url, use_database
from tests.settings import ROOT

FACTS = yaml.safe_load((ROOT / "platform/rathausplatz/demo/communes.yaml").read_text())


@pytest.fixture(scope="module")
def own_database(
    postgres_url: str,
    migrated_database: str,
    fresh_database: str,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[str]:
    """The URL of a migrated database without communes; Django uses it while this file's tests run."""
    name = f"rp_own_{uuid.uuid4().hex[:10]}"
    copy_database(postgres_url, migrated_database, name)
    url = database_url(postgres_url, name)
    use_database(url)
    with django_db_blocker.unblock():
        yield url
    use_database(fresh_database)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def archive_dir(settings: Any, tmp_path: Path) -> Path:
    """An empty shelf of this test's own."""
    settings.ARCHIVE_DIR = str(tmp_path / "archives")
    return tmp_path / "archives"


@pytest.fixture
def versioned_bucket(bucket: Any, object_store: Any) -> Iterator[Any]:
    """A bucket of this test's own that keeps what is overwritten and deleted."""
    own = boto3.resource("s3", **object_store.sign_in()).create_bucket(Bucket=f"versions-{uuid.uuid4().hex[:10]}")
    own.Versioning().enable()
    yield own
    own.object_versions.all().delete()
    own.delete()
    own.meta.client.close()


@pytest.fixture
def make_commune(own_database: str) -> Iterator[Callable[..., Any]]:
    """Makes communes; each gets a name and a schema that no other test has, and goes afterwards."""
    from tenants.communes.lifecycle.dropping import drop_role, drop_schema
    from tenants.communes.models import Commune
    from tests.factories.communes import provision

    before = set(Commune.objects.values_list("pk", flat=True))

    def make(official_name: str = "", **order: Any) -> Commune:
        slug = f"ort-{uuid.uuid4().hex[:8]}"
        commune = provision(official_name or f"Ort {slug[4:]}, Stadt", **({"slug": slug} | order))
        return Commune.objects.prefetch_related("domains").get(pk=commune.pk)

    yield make
    for commune in Commune.objects.exclude(pk__in=before):
        drop_schema(commune.schema_name)
        drop_role(commune.role)
    Commune.objects.exclude(pk__in=before).delete()


def demo_order(name: str = "augustusburg") -> dict[str, Any]:
    """What the demonstration orders for one of its towns; the regional key is left to the test."""
    facts = FACTS[name]
    return {
        "official_name": facts["official_name"],
        "land": str(facts["ars"])[:2],
        "postcode": str(facts["postcode"]),
        "inhabitants": facts["inhabitants"],
        "demo": True,
        "facts": facts["facts"],
    }
