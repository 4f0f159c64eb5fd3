"""Looking at a fleet whose shared tables are still those of the release before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import ProgrammingError

from tenants.communes.rollouts.standing import pending_in, shared_labels
from tenants.communes.scope import PUBLIC_SCHEMA


class SharedTablesBehindError(RuntimeError):
    """The shared tables lack what this code reads; the text says what to do."""


def shared_tables_are_behind() -> bool:
    """Whether this code brings migrations that the shared tables lack: models may name columns that aren't there."""
    return bool(pending_in(PUBLIC_SCHEMA, shared_labels()))


@contextmanager
def reading_shared_tables() -> Iterator[None]:
    """Only for what reads: a missing table or column of shared tables that are behind is told in one sentence.

    Raises SharedTablesBehindError instead of the database's error.
    """
    try:
        yield
    except ProgrammingError as error:
        pending = pending_in(PUBLIC_SCHEMA, shared_labels())
        if not pending:
            raise
        raise SharedTablesBehindError(
            f"The shared tables are behind, they lack {len(pending)} migrations: `rathausplatz fleet migrate` brings "
            "them forward first."
        ) from error
