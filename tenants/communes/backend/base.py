"""PostgreSQL for communes: one round trip sets role and search path, inside a transaction or not at all."""

from __future__ import annotations

from typing import Any

from django_tenants.postgresql_backend import base as django_tenants_base
from psycopg import sql

from tenants.communes.scope import PUBLIC_SCHEMA, OutsideTransactionError, Scope, current_scope

# what a fresh connection and the end of every transaction leave behind
UNSET = Scope(PUBLIC_SCHEMA, None, None)


class DatabaseWrapper(django_tenants_base.DatabaseWrapper):
    """Follows the current scope instead of holding a tenant of its own.

    The switch is `SET LOCAL`, so PostgreSQL itself forgets it with the transaction, a savepoint rollback included; a
    pooled server connection (PgBouncer in transaction mode) can't carry it to the next client.
    """

    _setting_search_path: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._in_force = self._session_scope = UNSET
        super().__init__(*args, **kwargs)

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

    def _handle_search_path(self, cursor: Any = None) -> None:
        wanted = current_scope()
        if self._setting_search_path:
            return
        if wanted.role is not None and not self.in_atomic_block:
            raise OutsideTransactionError(
                "A statement for a commune needs a transaction: the switch of role and search path lasts as long."
            )
        if wanted.schema == self._in_force.schema and wanted.role == self._in_force.role:
            return
        self._setting_search_path = True
        own_cursor = self.connection.cursor() if cursor is None else cursor
        try:
            own_cursor.execute(self._switch(wanted))
        finally:
            self._setting_search_path = False
            if cursor is None:
                own_cursor.close()
        self._in_force = wanted
        if not self.in_atomic_block:
            self._session_scope = wanted

    def _switch(self, wanted: Scope) -> str:
        reach = "LOCAL" if self.in_atomic_block else "SESSION"
        path = [sql.Identifier(wanted.schema)]
        if wanted.schema != PUBLIC_SCHEMA:
            path.append(sql.Identifier(PUBLIC_SCHEMA))
        role = sql.Identifier(wanted.role) if wanted.role else sql.SQL("NONE")
        statement = sql.SQL("SET {reach} ROLE {role}; SET {reach} search_path = {path}").format(
            reach=sql.SQL(reach), role=role, path=sql.SQL(", ").join(path)
        )
        return statement.as_string(self.connection)

    def commit(self) -> None:
        super().commit()
        self._restore_after_transaction()

    def rollback(self) -> None:
        super().rollback()
        self._restore_after_transaction()

    def _restore_after_transaction(self) -> None:
        """SET LOCAL ends with the transaction; a session switch of owner work made before it is back in force."""
        self._in_force = self._session_scope

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            # what was in force at the savepoint is unknown here: set it again with the next statement
            self._in_force = Scope("", None, None)

    def close(self) -> None:
        self._in_force = self._session_scope = UNSET
        super().close()
