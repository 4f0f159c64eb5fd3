"""The cursor of our backend: each statement runs in its scope, alone, and says nothing but what its scope may say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from tenants.communes.backend.base import DatabaseWrapper

_COMMENT_OR_SPACE = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)+", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
# what a commune or the platform may say; nothing here changes the role, the path or the schema
ROW_STATEMENTS = frozenset(
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "EXPLAIN", "LOCK", "SAVEPOINT", "RELEASE", "ROLLBACK"]
)


class StatementRefusedError(psycopg.ProgrammingError):
    """A statement that only the owner of the schemas may say."""


def first_word(statement: str) -> str:
    """The keyword that decides what a statement is, in capitals; opening brackets and comments are passed over."""
    begin = _COMMENT_OR_SPACE.match(statement)
    word = _WORD.match(statement, begin.end() if begin else 0)
    return word.group().upper() if word else ""


def check_statement(statement: str) -> None:
    """Raise StatementRefusedError unless `statement` reads or writes rows, or marks a savepoint."""
    word = first_word(statement)
    if word not in ROW_STATEMENTS and not statement.startswith("SET CONSTRAINTS "):
        raise StatementRefusedError(
            f"{word or 'This'} is not a statement about rows: only the owner's scope may say it."
        )


class ScopedCursor(psycopg.Cursor[Any]):
    """Asks the backend before each statement. Parameters are bound by the server, one statement a call.

    Even a statement without parameters goes by the extended protocol, which refuses a second one behind a semicolon;
    the owner's scripts are the exception.
    """

    database: DatabaseWrapper
    _alone = True

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Any:
        with self.database.in_scope(self._text(query)) as alone:
            self._alone = alone
            return super().execute(query, params, prepare=prepare, binary=binary)

    def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        with self.database.in_scope(self._text(query)) as alone:
            self._alone = alone
            super().executemany(query, params_seq, returning=returning)

    @contextmanager
    def copy(self, statement: Any, params: Any = None, *, writer: Any = None) -> Iterator[Any]:
        with self.database.in_scope(self._text(statement)), super().copy(statement, params, writer=writer) as copy:
            yield copy

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        raise NotImplementedError("A stream would outlive its scope.")

    def _execute_send(self, query: Any, *, force_extended: bool = False, binary: bool | None = None) -> None:
        # psycopg's own switch between the protocols; that it works is tested (tests/tenants/communes/isolation)
        super()._execute_send(query, force_extended=force_extended or self._alone, binary=binary)  # type: ignore[misc]

    def _text(self, query: Any) -> str:
        if isinstance(query, bytes):
            return query.decode()
        return query.as_string(self) if isinstance(query, sql.Composable) else str(query)
