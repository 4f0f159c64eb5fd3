"""What the present process could become in the database."""

from __future__ import annotations

from django.db import connection

from tenants.communes.roles import owner_role
from tenants.communes.scope import public_scope


class TooPowerfulError(RuntimeError):
    """A process that serves communes logs in as somebody who could own them; the text says what to do."""


def refuse_powerful_login() -> None:
    """Raise TooPowerfulError when this process could become the owner of the schemas, or is a superuser.

    For web servers and the communes' workers: what they can't become, injected SQL can't either.
    """
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT session_user, pg_has_role(session_user, %s, 'MEMBER') OR rolsuper"
            " FROM pg_roles WHERE rolname = session_user",
            [owner_role()],
        )
        login, powerful = cursor.fetchone()
    if powerful:
        raise TooPowerfulError(
            f"{login!r} may own the communes' schemas, which a process that serves them must not. Let DATABASE_URL log "
            "in as the application's login; `rathausplatz database prepare` makes it."
        )
