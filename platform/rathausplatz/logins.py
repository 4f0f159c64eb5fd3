"""The logins of this installation's database, where the installation itself may make them."""

from __future__ import annotations

import os

import psycopg

from infra.embedded.postgres import APP_LOGIN, OWNER_LOGIN
from tenants.communes.isolation.database import Login, is_prepared, prepare_database


def prepare_own_database() -> list[str]:
    """Prepare the database for isolation unless that was done before; what could not be done, a sentence each.

    With DATABASE_ADMIN_URL (the embedded server has one) there are two logins, one that owns and one that doesn't.
    Without, the login of DATABASE_URL is both: fine to try things out, and `check --deploy` says so.
    """
    url = os.environ.get("DATABASE_ADMIN_URL")
    with psycopg.connect(url or os.environ["DATABASE_URL"]) as admin:
        names = (APP_LOGIN, OWNER_LOGIN) if url else (admin.info.user, admin.info.user)
        app, owner = (Login(name) for name in names)
        if is_prepared(admin, app=app, owner=owner):
            return []
        return prepare_database(admin, app=app, owner=owner)
