"""PostgreSQL for communes: one round trip begins the transaction and sets role and search path, or nothing runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from django.conf import settings
from django_tenants.postgresql_backend import base as django_tenants_base
from psycopg import IsolationLevel, generators
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from tenants.communes.backend.cursors import ScopedCursor, check_statement
from tenants.communes.backend.introspection import SchemaIntrospection
from tenants.communes.backend.waiting import (
    IDLE_SECONDS,
    STATEMENT_SECONDS,
    Connection,
    SilentError,
    is_patient,
    open_again,
    was_closed,
)
from tenants.communes.cells import alias_of
from tenants.communes.roles import literal, quoted
from tenants.communes.scope import (
    PUBLIC_SCHEMA,
    Duty,
    OutsideTransactionError,
    Scope,
    current_scope,
    in_present_scope,
)

# making a schema counts as touching so many
WEIGHT_OF_MAKING = 5
# LOCAL like role and path: PgBouncer's transaction mode carries nothing else
LIMITS = (
    f"SET LOCAL statement_timeout = {STATEMENT_SECONDS * 1000}",
    f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_SECONDS * 1000}",
)


def _switch_statements(schema: str, role: str, reach: str, *, alone: bool) -> list[str]:
    names = [schema] if alone or schema == PUBLIC_SCHEMA else [schema, PUBLIC_SCHEMA]
    path = ", ".join(quoted(name) for name in names)
    statements = [f"SET {reach} ROLE {quoted(role)}", f"SET {reach} search_path = {path}"]
    # a schema that is missing raises here, in the same round trip
    return statements if schema == PUBLIC_SCHEMA else [*statements, f"SELECT {literal(quoted(schema))}::regnamespace"]


@lru_cache(maxsize=4096)
def switch(schema: str, role: str, reach: str, *, alone: bool = False) -> str:
    """The script that puts role and search path in force, LOCAL to the transaction or for the SESSION.

    The shared tables come second in the path, unless the schema stands `alone`.

    Names are checked when a commune is requested (`naming.SCHEMA_PATTERN`), and quoted all the same.
    """
    return "; ".join(_switch_statements(schema, role, reach, alone=alone))


@lru_cache(maxsize=4096)
def opening(schema: str, role: str, *, alone: bool = False, limited: bool = False) -> tuple[bytes, ...]:
    """BEGIN and the switch LOCAL to the transaction, a statement each, to travel before a first statement.

    A transaction that is `limited` asks PostgreSQL to end what takes too long (docs/decisions/0046).
    """
    statements = ["BEGIN", *(LIMITS if limited else ()), *_switch_statements(schema, role, "LOCAL", alone=alone)]
    return tuple(part.encode() for part in statements)


def _sent(wire: Any, script: str) -> Any:
    wire.send_query(script.encode())
    return (yield from generators.execute(wire))


def _error_of(result: Any, connection: Connection) -> psycopg.Error:
    """What a failed result says; a connection that broke over it has no code for that, and is told as what it is."""
    error = psycopg.errors.error_from_result(result)
    if connection.pgconn.status == ConnStatus.OK or isinstance(error, psycopg.OperationalError):
        return error
    return psycopg.OperationalError(str(error))


class WrongCellError(RuntimeError):
    """A connection was used in the scope of another cell: a cursor kept too long, or `using` with a cell's alias."""


class DatabaseWrapper(django_tenants_base.DatabaseWrapper):
    """Follows the current scope instead of holding a tenant of its own.

    The switch is `SET LOCAL`, so PostgreSQL itself forgets it with the transaction, a savepoint rollback included; a
    pooled server connection (PgBouncer in transaction mode) can't carry it to the next client. It travels with BEGIN
    and the first statement, in one round trip.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._in_force: Scope | None = None
        self._own_schema_only = False
        self._opening: tuple[bytes, ...] = ()
        # the server process behind this connection never forgets a table that it has touched or made
        self._touched: set[str] = set()
        self._made = 0
        super().__init__(*args, **kwargs)
        self.introspection = SchemaIntrospection(self)

    # django-tenants asks these two; the scope answers, nobody can set them
    @property
    def schema_name(self) -> str:
        return current_scope().schema

    @schema_name.setter
    def schema_name(self, value: str | None) -> None:
        if value not in (None, PUBLIC_SCHEMA):
            raise RuntimeError("The scope chooses the schema: see tenants.communes.scope.")

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        if tenant.schema_name != PUBLIC_SCHEMA:
            raise RuntimeError("The scope chooses the schema: see tenants.communes.scope.")
        self.tenant = tenant
        self.set_settings_schema(PUBLIC_SCHEMA)

    def _cursor(self, name: str | None = None) -> Any:
        # django-tenants would set a path here; ours is set before each statement
        return super(django_tenants_base.DatabaseWrapper, self)._cursor(name)

    def create_cursor(self, name: str | None = None) -> ScopedCursor:
        if name is not None:
            raise NotImplementedError(
                "A cursor in the server would outlive its scope: see DISABLE_SERVER_SIDE_CURSORS."
            )
        cursor = ScopedCursor(self.connection)
        cursor.database = self
        return cursor

    @contextmanager
    def in_scope(self, statement: str, *, takes_opening: bool = False) -> Iterator[bool]:
        """Have the current scope in force for one statement; yields whether it must be the only one of its call.

        A cursor that `takes_opening` sends what opens the transaction together with its statement.

        Raises OutsideTransactionError for a commune's statement outside a transaction; one of the platform gets a
        transaction of its own. Raises StatementRefusedError for what only the owner may say, and WrongCellError when
        the scope belongs to another server than this connection.
        """
        scope = current_scope()
        self._touched.add(scope.schema)
        if self.alias != alias_of(scope.cell):
            raise WrongCellError(f"This connection is {self.alias!r}, but the code works in the cell {scope.cell!r}.")
        if scope.duty is not Duty.OWNER:
            check_statement(statement)
        if self.in_atomic_block:
            self._join(scope, takes_opening=takes_opening and scope.duty is not Duty.OWNER)
            yield scope.duty is not Duty.OWNER
        elif scope.duty is Duty.COMMUNE:
            raise OutsideTransactionError(
                "A statement for a commune needs a transaction: the switch of role and search path lasts as long."
            )
        elif scope.duty is Duty.OWNER:
            with self._for_session(scope):
                yield False
        else:
            with self._alone_in_transaction(scope):
                yield True

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """A connection whose waits end (`backend.waiting`)."""
        self.isolation_level = IsolationLevel.READ_COMMITTED
        return Connection.connect(**conn_params)

    def close_if_health_check_failed(self) -> None:
        """Before a transaction, without a round trip: what the server has closed meanwhile is opened anew."""
        if self.connection is not None and not self.in_atomic_block and was_closed(self.connection.pgconn):
            self.close()

    def renew(self, error: psycopg.Error) -> None:
        """Open the connection again after what opens a transaction was lost on it: nothing has happened yet.

        Raises `error` where the connection still holds, or nobody answered in time, and OperationalError when the
        database can't be reached anew.
        """
        if isinstance(error, SilentError) or self.connection.pgconn.status == ConnStatus.OK:
            raise error
        open_again(self.connection)
        self._touched = {current_scope().schema}
        self._made = 0
        before, self.connection._autocommit = self.connection._autocommit, True
        try:
            self._configure_connection(self.connection)
        finally:
            self.connection._autocommit = before

    def take_opening(self) -> tuple[bytes, ...]:
        """What opens the transaction, if that is still to be said: whoever takes it says it."""
        taken, self._opening = self._opening, ()
        return taken

    def _join(self, scope: Scope, *, takes_opening: bool) -> None:
        status = self.connection.pgconn.transaction_status
        if status == TransactionStatus.INERROR or (status != TransactionStatus.IDLE and scope == self._in_force):
            return
        if takes_opening and status == TransactionStatus.IDLE:
            self._opening = self._opening_of(scope)
            if self.queries_logged:
                self.queries_log.append({"sql": b"; ".join(self._opening).decode(), "time": "0.000"})
        elif status == TransactionStatus.IDLE:
            self._open(scope)
        else:
            self._tell(self._switch(scope, "LOCAL"))
        self._in_force = scope

    def _opening_of(self, scope: Scope) -> tuple[bytes, ...]:
        limited = scope.duty is not Duty.OWNER and not is_patient()
        return opening(scope.schema, scope.role, alone=self._own_schema_only, limited=limited)

    def _open(self, scope: Scope) -> None:
        """Begin a transaction by a round trip of its own, on a new connection if the kept one turns out to be lost."""
        script = b"; ".join(self._opening_of(scope)).decode()
        try:
            self._tell(script)
        except psycopg.OperationalError as error:
            self.renew(error)
            self._tell(script)

    @contextmanager
    def _alone_in_transaction(self, scope: Scope) -> Iterator[None]:
        try:
            self._open(scope)
            yield
        except BaseException:
            if self.connection.pgconn.status == ConnStatus.OK:
                self._tell("ROLLBACK")
            raise
        self._tell("COMMIT")

    @contextmanager
    def _for_session(self, scope: Scope) -> Iterator[None]:
        """For statements that allow no transaction (CREATE INDEX CONCURRENTLY). The owner uses no pool."""
        self._tell(self._switch(scope, "SESSION"))
        try:
            yield
        finally:
            self._tell("RESET ROLE; RESET search_path")

    def _switch(self, scope: Scope, reach: str) -> str:
        return switch(scope.schema, scope.role, reach, alone=self._own_schema_only)

    @contextmanager
    def only_own_schema(self) -> Iterator[None]:
        """Leave the shared tables out of the search path: for questions about the structure of one schema."""
        before, self._own_schema_only, self._in_force = self._own_schema_only, True, None
        try:
            yield
        finally:
            self._own_schema_only, self._in_force = before, None

    def _tell(self, script: str) -> None:
        """Send a script of ours by the simple protocol: several statements, one round trip, no parameters."""
        began = time.monotonic()
        results = self.connection.wait(_sent(self.connection.pgconn, script))
        if self.queries_logged:
            self.queries_log.append({"sql": script, "time": f"{time.monotonic() - began:.3f}"})
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise _error_of(result, self.connection)

    def note_made(self) -> None:
        """A schema was made through this connection: that weighs more than touching one."""
        self._made += 1

    def close_if_unusable_or_obsolete(self) -> None:
        """Between requests and tasks: also close a connection that has touched or made many schemas.

        The server process behind it keeps what it knows of each table, some 200 kB a commune, and gets slower at
        making tables the more it knows; a fresh one costs milliseconds (docs/explanation/scale.md).
        """
        weight = len(self._touched) + WEIGHT_OF_MAKING * self._made
        if weight > settings.SCHEMAS_A_CONNECTION and not self.in_atomic_block:
            self.close()
        super().close_if_unusable_or_obsolete()

    def on_commit(self, func: Callable[[], Any], robust: bool = False) -> None:
        """Have `func` called after the commit, in the scope of now: the commit may come in that of an outer block."""
        super().on_commit(in_present_scope(func) if callable(func) else func, robust)

    def commit(self) -> None:
        super().commit()
        self._in_force = None

    def rollback(self) -> None:
        super().rollback()
        self._in_force = None

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            # what was in force at the savepoint is unknown here: set it again with the next statement
            self._in_force = None

    def close(self) -> None:
        self._in_force = None
        self._touched.clear()
        self._made = 0
        super().close()
