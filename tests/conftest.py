"""Real parts for tests: the embedded PostgreSQL, a migrated template database, two communes.

The server lives in `.data/test` and is shared by concurrent runs; each run (each xdist worker) has a database of its
own, copied from one that was migrated once for the present set of migrations.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from typing import Any

import hypothesis
import psycopg
import pytest

from infra.embedded.postgres import start_server, with_login
from tests.settings import APP_LOGIN, COMMUNE_ROLE_PREFIX, NO_DATABASE_YET, OWNER_LOGIN, ROOT, TEST_DATA

PASSWORD = "for-tests"  # servers that trust everybody don't ask for it
# how long an example takes says something of the machine, not of the code
hypothesis.settings.register_profile("rathausplatz", deadline=None)
hypothesis.settings.load_profile("rathausplatz")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The maintenance URL of a running PostgreSQL: TEST_DATABASE_URL or the embedded one."""
    if os.environ.get("TEST_DATABASE_URL"):
        yield os.environ["TEST_DATABASE_URL"]
        return
    server = start_server(TEST_DATA / "postgres", durable=False, replicated=True)
    yield server.admin_url


def migrations_hash() -> str:
    """Changes whenever a migration, a seed or a package of definitions does."""
    digest = hashlib.sha256()
    wings = ("tenants", "themes", "cms", "services", "platform")
    patterns = (
        "migrations/*.py",
        "starter*.py",
        "starters/*.py",
        "seed*.py",
        "seeds/*.py",
        "packages/**/*.*",
    )
    found = {path for wing in wings for pattern in patterns for path in (ROOT / wing).rglob(pattern) if path.is_file()}
    for path in sorted(path for path in found if "__pycache__" not in path.parts):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    digest.update((ROOT / "platform/rathausplatz/settings/apps.py").read_bytes())
    for part in ("isolation", "rollouts"):
        for path in sorted((ROOT / "tenants/communes" / part).glob("*.py")):
            digest.update(path.read_bytes())
    digest.update((ROOT / "infra/requirements/runtime.txt").read_bytes())
    return digest.hexdigest()[:12]


def database_url(admin_url: str, name: str, login: str = OWNER_LOGIN) -> str:
    """The same server, another database, as the owner of the schemas or another login; "" is the administrator."""
    parts = psycopg.conninfo.conninfo_to_dict(admin_url) | {"dbname": name}
    url = psycopg.conninfo.make_conninfo(**parts)
    return with_login(url, login, PASSWORD) if login else url


def use_database(url: str) -> None:
    """Point Django at another database."""
    from django.conf import settings
    from django.db import connections
    from rathausplatz.settings.database import connection_settings

    connections["default"].close()
    given = connection_settings(url)
    for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS"):
        settings.DATABASES["default"][key] = given[key]
        connections["default"].settings_dict[key] = given[key]
    settings.DATABASE_URL = settings.DATABASE_DIRECT_URL = url
    # below what a test's `settings` has put on top as well: the first test may have, and takes its own away again
    layer: Any = settings._wrapped
    while layer is not None:
        layer.DATABASE_URL = layer.DATABASE_DIRECT_URL = url
        layer = layer.__dict__.get("default_settings")


@pytest.fixture(scope="session")
def migrated_database(postgres_url: str, django_db_blocker: Any) -> str:
    """The name of a database with shared tables and template, made once per set of migrations."""
    name = f"rp_migrated_{migrations_hash()}"
    TEST_DATA.mkdir(parents=True, exist_ok=True)
    with (TEST_DATA / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return name
            admin.execute(f'DROP DATABASE IF EXISTS "{name}_making" WITH (FORCE)')
            admin.execute(f"CREATE DATABASE \"{name}_making\" TEMPLATE template0 ENCODING 'UTF8'")
            prepare(database_url(postgres_url, f"{name}_making", login=""))
            use_database(database_url(postgres_url, f"{name}_making"))
            with django_db_blocker.unblock():
                _migrate()
            admin.execute(f'ALTER DATABASE "{name}_making" RENAME TO "{name}"')
    return name


def prepare(admin_url: str) -> None:
    """Roles, logins and rights, as `rathausplatz database prepare` makes them."""
    from tenants.communes.isolation.database import Login, prepare_database

    with psycopg.connect(admin_url) as admin:
        prepare_database(admin, app=Login(APP_LOGIN, PASSWORD), owner=Login(OWNER_LOGIN, PASSWORD))


def _migrate() -> None:
    from django.db import connection

    from tenants.communes.provisioning.template import migrate_everything

    migrate_everything(lambda text: None)
    connection.close()


def copy_database(admin_url: str, source: str, name: str) -> None:
    """A database that begins as another one. Rights on the database itself are not copied, so they are given again."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    prepare(database_url(admin_url, name, login=""))


def drop_database(admin_url: str, name: str, *, prefix: str = COMMUNE_ROLE_PREFIX) -> None:
    """Remove a database of this run and the roles of its communes."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        pattern = prefix.replace("_", r"\_") + "%"
        for (role,) in admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [pattern]).fetchall():
            admin.execute(f'DROP ROLE "{role}"')


@pytest.fixture(scope="session")
def fresh_database(postgres_url: str, migrated_database: str) -> Iterator[str]:
    """A URL of a database of this run's own, gone afterwards."""
    name = f"rp_test_{uuid.uuid4().hex[:10]}"
    copy_database(postgres_url, migrated_database, name)
    yield database_url(postgres_url, name)
    drop_database(postgres_url, name)


@pytest.fixture(scope="session")
def django_db_setup(fresh_database: str, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's hook: our database, with the communes Gera and Wurzen in it."""
    use_database(fresh_database)
    with django_db_blocker.unblock():
        from django.db import connection

        from tests.factories.communes import provision

        town_hall = {"street": "Kornmarkt 12", "postcode": "07545", "city": "Gera"}
        provision("Gera, Stadt", slug="gera", postcode="07545", facts={"address": town_hall})
        town_hall = {"street": "Friedrich-Ebert-Straße 2", "postcode": "04808", "city": "Wurzen"}
        provision("Wurzen, Stadt", slug="wurzen", postcode="04808", facts={"address": town_hall})
        connection.close()
    yield
    from tenants.communes.counters import line

    line.close()
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture(scope="session", autouse=True)
def _data_dir() -> Iterator[None]:
    yield
    shutil.rmtree(os.environ["RATHAUSPLATZ_DATA"], ignore_errors=True)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test finds what another left in the process's memories, the caches or the counters."""
    from django.conf import settings
    from django.core.cache import caches
    from django.utils import translation

    from tenants.communes import counters
    from tenants.communes.invalidation import forget_everything

    forget_everything()
    for alias in caches:
        caches[alias].clear()
    if settings.DATABASE_URL != NO_DATABASE_YET:
        counters.line.reopen()
        counters.forget_all_counts()
    translation.deactivate()  # a request leaves its language behind in the thread


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database without a wrapping transaction: what the test commits stays, so it cleans up after itself."""
    from django.db import connection

    with django_db_blocker.unblock():
        yield
        connection.close()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The database as the test wants it: marked `commits`, or in a transaction that is rolled back."""
    request.getfixturevalue("committing" if request.node.get_closest_marker("commits") else "db")


@pytest.fixture
def gera(database: None) -> Any:
    """The commune Gera."""
    from tenants.communes.queries import find_commune

    return find_commune("gera").ref()


@pytest.fixture
def wurzen(database: None) -> Any:
    """The commune Wurzen."""
    from tenants.communes.queries import find_commune

    return find_commune("wurzen").ref()


@pytest.fixture
def in_gera(gera: Any) -> Iterator[Any]:
    """The test itself runs in Gera's scope."""
    from tenants.communes.scope import commune_scope

    with commune_scope(gera):
        yield gera


@pytest.fixture(scope="session")
def object_store() -> Iterator[Any]:
    """A real S3 (Ceph). Tests that use it are marked `xdist_group("s3")`, so that a run needs one."""
    from tests.servers.ceph import ceph

    with ceph() as store:
        yield store


@pytest.fixture(scope="session")
def s3_bucket(object_store: Any) -> Iterator[Any]:
    """The bucket of an installation, which all communes share."""
    import boto3

    connection = boto3.resource("s3", **object_store.sign_in())
    bucket = connection.create_bucket(Bucket="rathausplatz")
    yield bucket
    connection.meta.client.close()


@pytest.fixture
def bucket(s3_bucket: Any, object_store: Any, monkeypatch: Any) -> Iterator[Any]:
    """The bucket, empty, and our storage signed in by the environment as in production."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", object_store.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", object_store.secret_key)
    yield s3_bucket
    s3_bucket.objects.all().delete()


@pytest.fixture
def s3_storage(bucket: Any, object_store: Any) -> Iterator[Any]:
    """What the communes' files are kept in where AWS_STORAGE_BUCKET_NAME is set."""
    from tenants.communes.storage import CommuneS3Storage

    storage = CommuneS3Storage(
        bucket_name=bucket.name, endpoint_url=object_store.endpoint, region_name=object_store.region
    )
    yield storage
    storage.connection.meta.client.close()


@pytest.fixture
def portal(gera: Any) -> Any:
    """A client on Gera's portal. Use it outside `in_gera`, or inside: requests enter the scope themselves."""
    from django.test import Client

    return Client(headers={"host": gera.primary_host})


@pytest.fixture
def console_client(database: None) -> Any:
    """A client on the console's host."""
    from django.test import Client

    return Client(headers={"host": "console.localhost"})


@pytest.fixture
def hearing(database: None) -> Iterator[None]:
    """This process hears of changes, as a web server's does, and so may remember what it has read."""
    from tenants.communes.invalidation import listener
    from tests.servers.running import wait_until

    listener.start()
    wait_until(listener.listening, what="the listener has its connection")
    yield
    listener.stop()
