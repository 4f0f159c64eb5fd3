"""The cursor of our backend: each statement runs in its scope, alone, and says nothing but what its scope may say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import generators, sql
from psycopg.pq import ConnStatus

if TYPE_CHECKING:
    from tenants.communes.backend.base import DatabaseWrapper

_PASSED_OVER = re.compile(r"(?:\s|\(|--[^\n\r]*(?:[\n\r]|$))+")
_COMMENT_MARK = re.compile(r"/\*|\*/")
_WORD = re.compile(r"[A-Za-z]+")
# what a commune or the platform may say; nothing here changes the role, the path or the schema
ROW_STATEMENTS = frozenset(
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "EXPLAIN", "LOCK", "SAVEPOINT", "RELEASE"]
)
# as Django writes them, to the letter
ALSO_ALLOWED = ("ROLLBACK TO SAVEPOINT ", "SET CONSTRAINTS ")


class StatementRefusedError(psycopg.ProgrammingError):
    """A statement that only the owner of the schemas may say."""


def first_word(statement: str) -> str:
    """The keyword that decides what a statement is, in capitals; opening brackets and comments are passed over.

    Comments nest, as PostgreSQL has it. "" when there is no word, or a comment has no end.
    """
    at = 0
    while True:
        if found := _PASSED_OVER.match(statement, at):
            at = found.end()
        elif statement.startswith("/*", at):
            at = _end_of_comment(statement, at)
        else:
            word = _WORD.match(statement, at)
            return word.group().upper() if word else ""


def _end_of_comment(statement: str, at: int) -> int:
    depth = 0
    for mark in _COMMENT_MARK.finditer(statement, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(statement)


def check_statement(statement: str) -> None:
    """Raise StatementRefusedError unless `statement` reads or writes rows, or marks a savepoint."""
    word = first_word(statement)
    if word not in ROW_STATEMENTS and not statement.startswith(ALSO_ALLOWED):
        raise StatementRefusedError(f"{word or 'This'} is no statement about rows: only the owner's scope may say it.")


class ScopedCursor(psycopg.Cursor[Any]):
    """Asks the backend before each statement. Parameters are bound by the server, one statement a call.

    Even a statement without parameters goes by the extended protocol, which refuses a second one behind a semicolon;
    the owner's scripts are the exception.
    """

    database: DatabaseWrapper
    _alone = True
    _opening: tuple[bytes, ...] = ()

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Any:
        with self.database.in_scope(self._text(query), takes_opening=True) as alone:
            opening = self.database.take_opening()
            self._alone, self._opening = alone, opening
            try:
                return super().execute(query, params, prepare=prepare, binary=binary)
            except psycopg.OperationalError as error:
                if not opening:
                    raise
                self.database.renew(error)
            # the transaction ended with the connection that it was begun on, so this statement has done nothing
            self._opening = opening
            return super().execute(query, params, prepare=prepare, binary=binary)

    def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        with self.database.in_scope(self._text(query)) as alone:
            self._alone, self._opening = alone, ()
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

    def _start_query(self, query: Any = None) -> Any:
        if not self._opening:
            yield from super()._start_query(query)
            return
        # psycopg would begin a transaction in a round trip of its own; ours begins with the statement
        before, self._conn._autocommit = self._conn._autocommit, True
        try:
            yield from super()._start_query(query)
        finally:
            self._conn._autocommit = before

    def _maybe_prepare_gen(self, pgq: Any, *, prepare: bool | None = None, binary: bool | None = None) -> Any:
        first, self._opening = self._opening, ()
        if not first:
            yield from super()._maybe_prepare_gen(pgq, prepare=prepare, binary=binary)
            return
        answers = yield from self._all_at_once(first, pgq, binary)
        for answer in answers:
            self._check_results(answer)
        self._set_results(answers[-1])

    def _all_at_once(self, first: tuple[bytes, ...], pgq: Any, binary: bool | None) -> Any:
        """Send statements and query in libpq's pipeline mode: one round trip, and nothing behind an error is run."""
        wire = self._pgconn
        wire.enter_pipeline_mode()
        try:
            for statement in first:
                wire.send_query_params(statement, None)
            self._execute_send(pgq, binary=binary)
            wire.pipeline_sync()
            yield from generators.send(wire)
            answers = []
            for _statement in (*first, pgq):
                answers.append((yield from generators.fetch_many(wire)))
            yield from generators.fetch_many(wire)  # the end of the pipeline
        finally:
            if wire.status == ConnStatus.OK:
                wire.exit_pipeline_mode()
        return answers

    def _text(self, query: Any) -> str:
        if isinstance(query, bytes):
            return query.decode()
        return query.as_string(self) if isinstance(query, sql.Composable) else str(query)
