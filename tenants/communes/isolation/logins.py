"""What the present process could become in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import DataError, OperationalError, ProgrammingError, connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InsufficientPrivilege

from tenants.communes.cells import cell_names
from tenants.communes.roles import owner_role, platform_role
from tenants.communes.scope import MAIN, public_scope

log = structlog.get_logger(__name__)
_MAY_OWN = "EXISTS (SELECT 1 FROM pg_roles o WHERE o.rolname = %s AND pg_has_role(session_user, o.oid, 'MEMBER'))"


class TooPowerfulError(RuntimeError):
    """A process that serves communes logs in as somebody who could own them; the text says what to do."""


class TooWeakError(RuntimeError):
    """A process logs in as somebody who may not do its work, or nobody may yet; the text says what to do."""


def require_owners_login() -> None:
    """Raise TooWeakError when this process can't become the owner of the schemas; for work that needs it, at its start.

    Otherwise the work would break off half-way, and leave for others what it had ordered.
    """
    with _explained(), public_scope(), connection.cursor() as cursor:
        cursor.execute(f"SELECT session_user, {_MAY_OWN}", [owner_role()])
        login, allowed = cursor.fetchone()
    if not allowed:
        raise TooWeakError(
            f"{login!r} may not make or change schemas. Let DATABASE_URL log in as the owner's login, as in owner.env: "
            "on a server, run this by `rathausplatz-as-owner`. `rathausplatz database prepare` makes the login."
        )


@contextmanager
def _explained() -> Iterator[None]:
    """Raise TooWeakError where the main cell has no role of ours, or its login may not become one."""
    try:
        yield
    except DataError as error:  # there is no such role
        raise TooWeakError("This database was not prepared. First run `rathausplatz database prepare`.") from error
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        login = conninfo_to_dict(settings.DATABASE_URL).get("user") or "The login of DATABASE_URL"
        raise TooWeakError(
            f"{login!r} may not become {platform_role()!r}. Let DATABASE_URL log in as the application's or the "
            "owner's login; `rathausplatz database prepare` makes both."
        ) from error


def refuse_powerful_login() -> None:
    """Raise TooPowerfulError when this process could become the owner of the schemas of a cell, or is a superuser.

    For web servers and the communes' workers: what they can't become, injected SQL can't either. A cell that is out of
    reach, or was never prepared, keeps nobody from serving the others. Raises TooWeakError when the main cell's login
    may not even serve.
    """
    with _explained():
        _refuse_in(MAIN)
    for cell in cell_names()[1:]:
        try:
            _refuse_in(cell)
        except (OperationalError, DataError, ProgrammingError):  # no connection, no such role, or not for this login
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
