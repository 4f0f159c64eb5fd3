"""The template at this code's release: migrated once, recorded as a Release in the same transaction."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from tenants.communes.backend.introspection import RELATIONS_OF
from tenants.communes.invalidation import announce
from tenants.communes.models import Release
from tenants.communes.provisioning.clone import TEMPLATE_LOCK, TEMPLATE_SCHEMA
from tenants.communes.provisioning.spares import outdate_spares
from tenants.communes.rollouts.operations import Rows, rows_added
from tenants.communes.rollouts.recording import Recorder, RecordingError, RecordingMigrate, recorded
from tenants.communes.rollouts.releases import Chain
from tenants.communes.rollouts.standing import (
    applied_in,
    code_standing,
    migrations_on_disk,
    standing_here,
    standings,
    tenant_labels,
)
from tenants.communes.rollouts.steps import Change, Step
from tenants.communes.scope import PUBLIC_SCHEMA, CommuneRef, owner_scope, public_scope
from tenants.communes.starters import starters


class CodeTooOldError(RuntimeError):
    """The template is at a later release than this code."""


def migrate_schema(schema: str, verbosity: int = 0, *, commune: CommuneRef | None = None) -> None:
    """Run Django's own migrations in one schema (of the commune's cell), as owner, with nothing recorded."""
    with owner_scope(schema, commune):
        call_command(DjangoMigrate(), verbosity=verbosity, interactive=False)


def create_template() -> None:
    """Create the empty template schema if it is missing."""
    with owner_scope(PUBLIC_SCHEMA), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{TEMPLATE_SCHEMA}"')


def seed_template() -> bool:
    """Run every room's seed inside the template, in one transaction that nobody clones it in or claims a spare.

    Returns whether a row was written; seeds write what is missing, so the second time none is. With new rows the spares
    are outdated in the same moment, so that no commune begins with the old ones.
    """
    with owner_scope(TEMPLATE_SCHEMA), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TEMPLATE_LOCK])
        for starter in starters():
            if starter.seed is not None:
                starter.seed()
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        changed = bool(cursor.fetchone()[0])
        if changed:
            outdate_spares()
        return changed


def release_template(*, verbosity: int = 0) -> Release:
    """Migrate the template to this code and return the newest Release, which is recorded unless there is none to.

    The shared tables have to be at this code already. All or nothing, so it may run again after a crash. Raises
    CodeTooOldError when the template is ahead of this code, and RecordingError for a migration that can't be recorded.
    """
    on_disk, code = migrations_on_disk(tenant_labels()), code_standing()
    newest = Chain.read().newest
    if newest is not None and code in newest.codes and standings([TEMPLATE_SCHEMA]) == {TEMPLATE_SCHEMA: newest.after}:
        return newest  # known without keeping anybody from the template
    with owner_scope(TEMPLATE_SCHEMA), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TEMPLATE_LOCK])
        refuse_older(code)
        if on_disk - applied_in(TEMPLATE_SCHEMA):
            return _migrate(code, verbosity)
        return _adopt(code)


def refuse_older(code: str) -> None:
    """Raise CodeTooOldError when the newest release is later than that of a code of this standing.

    Asked as the owner: the platform's rights on the shared tables may not be given yet.
    """
    with owner_scope(PUBLIC_SCHEMA):
        releases = list(Release.objects.only("level", "name", "codes").order_by("-level"))
    newest = releases[0] if releases else None
    own = next((release.level for release in releases if code in release.codes), None)
    if newest is not None and own is not None and own < newest.level:
        raise CodeTooOldError(
            f"The template is at level {newest.level} ({newest.name}), this code belongs to level {own}. "
            "Run the newer release, or leave the fleet as it is."
        )


def _adopt(code: str) -> Release:
    """The release the template is at already; recorded as a beginning if it was migrated before there were records."""
    newest, where = Chain.read().newest, standing_here()
    if newest is None or newest.after != where:
        return _enter(before="", after=where, code=code, steps=[])
    if code not in newest.codes:
        newest.codes = [*newest.codes, code]
        with public_scope():
            newest.save(update_fields=["codes"])
        announce_releases()
    return newest


def _migrate(code: str, verbosity: int) -> Release:
    before, rows, relations = standing_here(), Rows.here(), _relations()
    applied = applied_in(TEMPLATE_SCHEMA)
    newest = Chain.read().newest
    if before and (newest is None or newest.after != before):
        _enter(before="", after=before, code="", steps=[])
    MigrationRecorder(connection).ensure_schema()
    recorder = Recorder()
    with recorded(recorder):
        call_command(RecordingMigrate(recorder), verbosity=verbosity, interactive=False)
    if not before:
        return _enter(before="", after=standing_here(), code=code, steps=[])
    steps = [_step(change) for change in recorder.changes if change.app in tenant_labels()]
    # squashed migrations, once all that they replace are there, and those of apps that have no tables here
    entered = applied_in(TEMPLATE_SCHEMA) - applied - {record for step in steps for record in step.records}
    made = _relations() - relations
    last = Step(
        kind="rows",
        statements=tuple(rows_added(rows, Rows.here())),
        records=tuple(sorted(entered)),
        tables=tuple(sorted(name for kind, name in made if kind == "r")),
        sequences=tuple(sorted(name for kind, name in made if kind == "S")),
    )
    return _enter(before=before, after=standing_here(), code=code, steps=[*steps, last])


def _step(change: Change) -> Step:
    if any(TEMPLATE_SCHEMA in statement for statement in change.statements):
        raise RecordingError(
            f"{change.app}.{change.name} names the schema {TEMPLATE_SCHEMA} in its SQL: leave schemas out of it."
        )
    step = Step(kind="sql", app=change.app, name=change.name, records=change.records)
    if change.needs_django:
        return replace(step, kind="python")
    return replace(step, statements=tuple(change.statements))


def _enter(*, before: str, after: str, code: str, steps: list[Step]) -> Release:
    with public_scope():
        newest = Release.objects.order_by("-level").first()
        release = Release.objects.create(
            level=newest.level + 1 if newest else 1,
            name=settings.RELEASE,
            before=before,
            after=after,
            codes=[code] if code else [],
            steps=[step.as_json() for step in steps],
        )
    announce_releases()
    return release


def announce_releases() -> None:
    """Tell every process to look its own level up again."""
    with public_scope():
        announce("releases")


def _relations() -> set[tuple[str, str]]:
    """Kind ("r", "S") and name of the template's tables and sequences."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT relkind::text, relname FROM pg_class WHERE oid IN ({RELATIONS_OF}) AND relkind IN ('r', 'S')",
            [TEMPLATE_SCHEMA],
        )
        return set(cursor.fetchall())
