"""One schema from where it stands to the newest release, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection, transaction
from psycopg import sql

from tenants.communes.cells import MAIN
from tenants.communes.isolation.grants import grants_on_new
from tenants.communes.models import Release
from tenants.communes.rollouts.python_steps import Workshop
from tenants.communes.rollouts.standing import standing_here
from tenants.communes.rollouts.steps import Step
from tenants.communes.scope import CommuneRef, owner_scope

# checks that wait for the end of the transaction would forbid the next step to alter their table
_SETTLED = "SET CONSTRAINTS ALL IMMEDIATE;\nSET CONSTRAINTS ALL DEFERRED"

_BEGIN = "SET LOCAL lock_timeout = {milliseconds}; LOCK TABLE django_migrations IN SHARE ROW EXCLUSIVE MODE"
# the row that says so is written later to the same log and waits for the disk: it can't survive without the schema
_UNHURRIED = "; SET LOCAL synchronous_commit = off"


class StandingChangedError(RuntimeError):
    """The schema does not stand where the replay was to begin: somebody else migrated it."""


def steps_of(releases: Sequence[Release]) -> list[Step]:
    """All steps of some releases, in order."""
    return [Step.from_json(kept) for release in releases for kept in release.steps]


def replay(commune: CommuneRef, *, before: str, releases: Sequence[Release], workshop: Workshop, wait: float) -> None:
    """Bring one schema from the standing `before` through `releases`. All or nothing.

    Locks the schema's record of migrations first and looks again where it stands. Waits `wait` seconds at most for a
    lock that somebody else holds, then raises the database's error. Raises StandingChangedError.
    """
    with owner_scope(commune.schema, commune), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BEGIN.format(milliseconds=int(wait * 1000)) + (_UNHURRIED if commune.cell == MAIN else ""))
        if standing_here() != before:
            raise StandingChangedError(f"{commune.schema} was migrated by somebody else in the meantime.")
        for part in _parts(steps_of(releases), commune.schema):
            if isinstance(part, Step):
                workshop.apply(part)
            else:
                cursor.execute(part)
        if standing_here() != releases[-1].after:
            raise StandingChangedError(f"{commune.schema} does not stand at level {releases[-1].level} afterwards.")


def _parts(steps: Sequence[Step], schema: str) -> Iterator[str | Step]:
    """Scripts as long as they get, and between them the steps that Django has to run."""
    script: list[str] = []
    for step in steps:
        if step.kind == "python":
            if script:
                yield _joined(script)
            yield step
            script = []
        else:
            script += step.statements
        if step.records:
            script += [_record(step), _SETTLED]
    tables, sequences = ([name for step in steps for name in getattr(step, kind)] for kind in ("tables", "sequences"))
    if rights := grants_on_new(schema, tables=tables, sequences=sequences):
        script.append(rights)
    if script:
        yield _joined(script)


def _joined(statements: Sequence[str]) -> str:
    # on lines of their own: a statement may end in a comment
    return "\n;\n".join(statements)


def _record(step: Step) -> str:
    rows = [sql.SQL("({}, {})").format(sql.Literal(app), sql.Literal(name)) for app, name in step.records]
    insert = sql.SQL(
        "INSERT INTO django_migrations (app, name, applied) SELECT v.app, v.name, now() FROM (VALUES {rows})"
        " AS v (app, name) WHERE NOT EXISTS"
        " (SELECT 1 FROM django_migrations m WHERE m.app = v.app AND m.name = v.name)"
    )
    return insert.format(rows=sql.SQL(", ").join(rows)).as_string(connection.connection)
