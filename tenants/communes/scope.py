"""Which commune the current code works for, and the only way to enter one.

The scope is a context variable, so that threads and async views each have their own. The database backend reads it
before every statement (see `tenants.communes.backend.base`). Entering is reserved to the request middleware, the task
base, the command base and provisioning; a test holds that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.db import transaction

from tenants.communes.eras import Work, work_for
from tenants.communes.roles import owner_role, platform_role, role_of

PUBLIC_SCHEMA = "public"
# the cell of the shared tables, see tenants.communes.cells
MAIN = "main"


class NoCommuneError(RuntimeError):
    """Code that belongs to one commune ran outside of any."""


class OutsideTransactionError(RuntimeError):
    """A statement on behalf of a commune was attempted outside a transaction."""


@dataclass(frozen=True, slots=True)
class CommuneRef:
    """A commune as the running code needs it: small, immutable, safe to keep in a process cache.

    `name` is the short name on screen ("Gera"), `official_name` the directory's ("Gera, Stadt"),
    `primary_host` the stored canonical host without port, `cell` names the PostgreSQL that holds its schema,
    `level` says how far that schema is (see `communes.Release`), `read_only` that it is on its way to another cell.
    """

    id: int
    schema: str
    slug: str
    name: str
    official_name: str
    kind: str
    state: str
    primary_host: str
    cell: str = MAIN
    level: int = 0
    read_only: bool = False
    locale: str = "de"


class Duty(StrEnum):
    """For whom the running code works: it decides the role in the database."""

    COMMUNE = "commune"
    PLATFORM = "platform"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a statement runs as: its schema first in the search path, the role of its duty, in a cell's PostgreSQL."""

    schema: str
    duty: Duty
    commune: CommuneRef | None = None
    cell: str = MAIN

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
    return _scope.get().cell


def require_commune() -> CommuneRef:
    """The commune the running code works for. Raises NoCommuneError outside of any."""
    commune = _scope.get().commune
    if commune is None:
        raise NoCommuneError("This belongs to one commune, but none is active here.")
    return commune


@contextmanager
def _entered(scope: Scope) -> Iterator[Work]:
    token = _scope.set(scope)
    try:
        with work_for(scope.schema) as work:
            yield work
    finally:
        _scope.reset(token)


def in_present_scope(function: Callable[[], Any]) -> Callable[[], Any]:
    """The function, bound to the scope of now: whenever it is called, it works for whom this code works."""
    scope = _scope.get()

    @wraps(function)
    def bound() -> Any:
        with _entered(scope):
            return function()

    return bound


def _scope_of(commune: CommuneRef) -> Scope:
    return Scope(commune.schema, Duty.COMMUNE, commune, commune.cell)


@contextmanager
def commune_scope(commune: CommuneRef, *, savepoint: bool = True) -> Iterator[CommuneRef]:
    """Work for one commune inside one transaction; the previous scope comes back afterwards, whatever happens.

    Nested and threaded use is safe. Follow-ups registered with `on_commit` work for the commune for which they were
    registered, also when an outer transaction commits after this scope was left; a statement of theirs needs a
    transaction of its own, and without one is refused. Inside another transaction this is a savepoint, unless the
    caller wants to stand or fall as a whole (`savepoint=False`). Raises UnknownCellError when this process has no
    address of the commune's cell.
    """
    with _entered(_scope_of(commune)) as work, transaction.atomic(savepoint=savepoint):
        yield commune
        if transaction.get_rollback():
            work.note_change()


@contextmanager
def only_named(commune: CommuneRef) -> Iterator[CommuneRef]:
    """Name the commune without a transaction, for async code: until somebody opens one, statements are refused."""
    with _entered(_scope_of(commune)):
        yield commune


@contextmanager
def owner_scope(schema: str, commune: CommuneRef | None = None, *, cell: str = MAIN) -> Iterator[None]:
    """Own a schema of a cell (of `commune`'s, if one is given): for provisioning, rollouts and archives.

    Needs no transaction. Works only where the process logs in as the owner; elsewhere PostgreSQL refuses the first
    statement.
    """
    with _entered(Scope(schema, Duty.OWNER, commune, commune.cell if commune else cell)):
        yield


@contextmanager
def public_scope(*, cell: str = MAIN) -> Iterator[None]:
    """Leave the commune for a moment to read or write the shared tables as the platform itself.

    For a commune of another cell that is another server: what is written here is not undone with the commune's work.
    The shared tables are in the main cell; in another `cell` the platform counts what communes let it count.
    """
    with _entered(PUBLIC_SCOPE if cell == MAIN else Scope(PUBLIC_SCHEMA, Duty.PLATFORM, None, cell)):
        yield
