"""What the present process could become in the database."""

from __future__ import annotations

import structlog
from django.db import DataError, OperationalError, connection

from tenants.communes.cells import cell_names
from tenants.communes.roles import owner_role
from tenants.communes.scope import MAIN, public_scope

log = structlog.get_logger(__name__)
_MAY_OWN = "EXISTS (SELECT 1 FROM pg_roles o WHERE o.rolname = %s AND pg_has_role(session_user, o.oid, 'MEMBER'))"


class TooPowerfulError(RuntimeError):
    """A process that serves communes logs in as somebody who could own them; the text says what to do."""


class TooWeakError(RuntimeError):
    """A process that makes or changes schemas logs in as somebody who may not; the text says what to do."""


def require_owners_login() -> None:
    """Raise TooWeakError when this process can't become the owner of the schemas; for work that needs it, at its start.

    Otherwise the work would break off half-way, and leave for others what it had ordered.
    """
    try:
        with public_scope(), connection.cursor() as cursor:
            cursor.execute(f"SELECT session_user, {_MAY_OWN}", [owner_role()])
            login, allowed = cursor.fetchone()
    except DataError as error:  # there is no such role
        raise TooWeakError("This database was not prepared. First run `rathausplatz database prepare`.") from error
    if not allowed:
        raise TooWeakError(
            f"{login!r} may not make or change schemas. Let DATABASE_URL log in as the owner's login, as in owner.env: "
            "on a server, run this by `rathausplatz-as-owner`. `rathausplatz database prepare` makes the login."
        )


def refuse_powerful_login() -> None:
    """Raise TooPowerfulError when this process could become the owner of the schemas of a cell, or is a superuser.

    For web servers and the communes' workers: what they can't become, injected SQL can't either. A cell that is out of
    reach, or was never prepared, keeps nobody from serving the others.
    """
    for cell in cell_names():
        try:
            _refuse_in(cell)
        except (OperationalError, DataError):  # no connection, or no such role
            if cell == MAIN:
                raise
            log.warning("cells.login_not_checked", cell=cell)


def _refuse_in(cell: str) -> None:
    with public_scope(cell=cell), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT session_user, rolsuper OR {_MAY_OWN} FROM pg_roles WHERE rolname = session_user",
            [owner_role()],
        )
        login, powerful = cursor.fetchone()
    if powerful:
        where = "DATABASE_URL" if cell == MAIN else f"the address of {cell!r} in CELL_URLS"
        raise TooPowerfulError(
            f"{login!r} may own the communes' schemas, which a process that serves them must not. Let {where} log "
            "in as the application's login; `rathausplatz database prepare` makes it."
        )
