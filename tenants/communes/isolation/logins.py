"""What the present process could become in the database."""

from __future__ import annotations

import structlog
from django.db import DataError, OperationalError, connection

from tenants.communes.cells import cell_names
from tenants.communes.roles import owner_role
from tenants.communes.scope import MAIN, public_scope

log = structlog.get_logger(__name__)


class TooPowerfulError(RuntimeError):
    """A process that serves communes logs in as somebody who could own them; the text says what to do."""


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
            "SELECT session_user, rolsuper OR EXISTS"
            " (SELECT 1 FROM pg_roles o WHERE o.rolname = %s AND pg_has_role(session_user, o.oid, 'MEMBER'))"
            " FROM pg_roles WHERE rolname = session_user",
            [owner_role()],
        )
        login, powerful = cursor.fetchone()
    if powerful:
        where = "DATABASE_URL" if cell == MAIN else f"the address of {cell!r} in CELL_URLS"
        raise TooPowerfulError(
            f"{login!r} may own the communes' schemas, which a process that serves them must not. Let {where} log "
            "in as the application's login; `rathausplatz database prepare` makes it."
        )
