"""Which commune the current code works for, and the only way to enter one.

The scope is a context variable, so that threads and async views each have their own. The database backend reads it
before every statement (see `tenants.communes.backend.base`). Entering is reserved to the request middleware, the task
base, the command base and provisioning; a test holds that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from tenants.communes.cells import MAIN, in_cell
from tenants.communes.roles import owner_role, platform_role, role_of

PUBLIC_SCHEMA = "public"


class NoCommuneError(RuntimeError):
    """Code that belongs to one commune ran outside of any."""


class OutsideTransactionError(RuntimeError):
    """A statement on behalf of a commune was attempted outside a transaction."""


@dataclass(frozen=True, slots=True)
class CommuneRef:
    """A commune as the running code needs it: small, immutable, safe to keep in a process cache.

    `name` is the short name on screen ("Gera"), `official_name` the directory's ("Gera, Stadt"),
    `primary_host` the stored canonical host without port, `cell` names the PostgreSQL that holds its schema,
    `level` says how far that schema is (see `communes.Release`).
    """

    id: int
    schema: str
    slug: str
    name: str
    official_name: str
    kind: str
    state: str
    primary_host: str
    cell: str = "main"
    level: int = 0
    locale: str = "de"


class Duty(StrEnum):
    """For whom the running code works: it decides the role in the database."""

    COMMUNE = "commune"
    PLATFORM = "platform"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a statement runs as: its schema first in the search path, and the role of its duty."""

    schema: str
    duty: Duty
    commune: CommuneRef | None = None

    @property
    def role(self) -> str:
        """The role in PostgreSQL."""
        if self.duty is Duty.COMMUNE:
            return role_of(self.schema)
        return owner_role() if self.duty is Duty.OWNER else platform_role()


PUBLIC_SCOPE = Scope(PUBLIC_SCHEMA, Duty.PLATFORM)
_scope: ContextVar[Scope] = ContextVar("rathausplatz_scope", default=PUBLIC_SCOPE)


def current_scope() -> Scope:
    """The scope of the running code; public when none was entered."""
    return _scope.get()


def current_commune() -> CommuneRef | None:
    """The commune the running code works for, or None in the public schema."""
    return _scope.get().commune


def cell_of_scope() -> str:
    """The cell whose PostgreSQL the running code works with."""
    commune = _scope.get().commune
    return commune.cell if commune else MAIN


def require_commune() -> CommuneRef:
    """The commune the running code works for. Raises NoCommuneError outside of any."""
    commune = _scope.get().commune
    if commune is None:
        raise NoCommuneError("This belongs to one commune, but none is active here.")
    return commune


@contextmanager
def _entered(scope: Scope, cell: str) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        with in_cell(cell):
            yield
    finally:
        _scope.reset(token)


@contextmanager
def commune_scope(commune: CommuneRef, *, savepoint: bool = True) -> Iterator[CommuneRef]:
    """Work for one commune inside one transaction; the previous scope comes back afterwards, whatever happens.

    Nested and threaded use is safe. Follow-ups registered with `on_commit` still see the commune; a statement of theirs
    needs a transaction of its own, and without one is refused. Inside another transaction this is a savepoint, unless
    the caller wants to stand or fall as a whole (`savepoint=False`).
    """
    scope = Scope(commune.schema, Duty.COMMUNE, commune)
    with _entered(scope, commune.cell), transaction.atomic(savepoint=savepoint):
        yield commune


@contextmanager
def only_named(commune: CommuneRef) -> Iterator[CommuneRef]:
    """Name the commune without a transaction, for async code: until somebody opens one, statements are refused."""
    with _entered(Scope(commune.schema, Duty.COMMUNE, commune), commune.cell):
        yield commune


@contextmanager
def owner_scope(schema: str, commune: CommuneRef | None = None, *, cell: str = MAIN) -> Iterator[None]:
    """Own a schema of a cell (of `commune`'s, if one is given): for provisioning, rollouts and archives.

    Needs no transaction. Works only where the process logs in as the owner; elsewhere PostgreSQL refuses the first
    statement.
    """
    with _entered(Scope(schema, Duty.OWNER, commune), commune.cell if commune else cell):
        yield


@contextmanager
def public_scope() -> Iterator[None]:
    """Leave the commune for a moment to read or write the shared tables as the platform itself.

    For a commune of another cell that is another server: what is written here is not undone with the commune's work.
    """
    with _entered(PUBLIC_SCOPE, MAIN):
        yield
