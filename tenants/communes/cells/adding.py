"""Preparing a further PostgreSQL for communes, and keeping its copies of shared tables and template fresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg import sql

from tenants.communes.audit import record_act
from tenants.communes.cells.routing import UnknownCellError, alias_of
from tenants.communes.cells.rows import carry_rows, carry_sequences, contents_of
from tenants.communes.cells.servers import (
    Admin,
    CellError,
    administering,
    make_replication_login,
    owning,
    require_publisher,
    run,
    value,
)
from tenants.communes.cells.streams import (
    Stream,
    copy_and_follow,
    end_stream,
    forget_subscriber,
    publish,
    slot_in_use,
)
from tenants.communes.isolation.database import Login, prepare_database
from tenants.communes.isolation.sharing import shared_readable
from tenants.communes.models import Cell, Commune, CommuneState, Move
from tenants.communes.naming import SCHEMA_PATTERN
from tenants.communes.provisioning.clone import (
    TEMPLATE_LOCK,
    TEMPLATE_SCHEMA,
    Catalogue,
    read_catalogue,
    structure_script,
)
from tenants.communes.roles import owner_role, platform_role, quoted, reader_role
from tenants.communes.scope import MAIN, PUBLIC_SCHEMA, public_scope

Say = Callable[[str], None]
LONGEST_NAME = 20


def add_cell(*, name: str, app: Login, owner: Login, say: Say) -> Cell:
    """Make a PostgreSQL a cell: roles, logins, rights, shared tables that follow the main cell, template.

    May run twice. Raises CellError with what to do.
    """
    if not SCHEMA_PATTERN.match(name) or len(name) > LONGEST_NAME or name == MAIN:
        raise CellError(f"{name!r} is no name for a cell: up to {LONGEST_NAME} letters a-z, digits and underscores.")
    alias_of(name)
    with administering(MAIN) as admin:
        require_publisher(admin, MAIN)
        make_replication_login(admin)
    with administering(name) as admin:
        say(f"Roles, logins and rights in {name}")
        for finding in prepare_database(admin, app=app, owner=owner):
            say(finding)
        make_replication_login(admin)
    with public_scope():
        cell, _made = Cell.objects.get_or_create(name=name)
        record_act(actor=None, verb="cell.added", target=name)
    refresh_cell(cell=cell, say=say)
    _check_own_login(name)
    return cell


def _check_own_login(name: str) -> None:
    try:
        with public_scope(cell=name), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError as error:
        raise CellError(
            f"The cell {name!r} is prepared, but its address in CELL_URLS doesn't let us in: {error}"
        ) from error


def refresh_cells(say: Say) -> None:
    """Refresh every cell that was added; what can't be done now is said and stops nobody."""
    with public_scope():
        cells = list(Cell.objects.all())
    for cell in cells:
        try:
            refresh_cell(cell=cell, say=say)
        except (CellError, UnknownCellError, psycopg.Error) as error:
            say(f"{cell.name} keeps its old copies: {error} Then run: rathausplatz cell refresh {cell.name}")


def refresh_cell(*, cell: Cell, say: Say) -> None:
    """Renew the cell's copies where the main cell has other ones now. Rows of shared tables flow by themselves.

    The template needs the owner's login only; shared tables that a migration changed need the administrators.
    """
    alias_of(cell.name)
    template = renew_template(cell)
    if template != cell.template:
        say(f"Template of {cell.name}")
        _note(cell, template=template)
    shared = shared_catalogue()
    structure = sha256(structure_script(shared, PUBLIC_SCHEMA).encode()).hexdigest()
    if cell.shared != structure or not slot_in_use(shared_stream(cell.name)):
        say(f"Shared tables of {cell.name}: {', '.join(shared.columns)}")
        replace_shared_tables(cell.name, shared)
    _note(cell, shared=structure)


def remove_cell(*, name: str, lost: bool = False) -> None:
    """Give up a cell that holds no commune; `lost` when its server is gone and only the main cell can be tidied.

    Its slot would keep the main cell's WAL for ever otherwise. Raises CellError while communes or copies are there.
    """
    with public_scope():
        living = Commune.objects.filter(cell=name).exclude(state=CommuneState.DELETED).count()
        kept = Move.objects.filter(source=name).exclude(kept_until=None).count()
    if living or (kept and not lost):
        raise CellError(f"The cell {name!r} holds {living} communes and {kept} copies of moved ones.")
    if lost:
        forget_subscriber(shared_stream(name))
    else:
        end_stream(shared_stream(name))
    with public_scope(), transaction.atomic():
        Move.objects.filter(source=name).update(kept_until=None)
        if Cell.objects.filter(name=name).delete()[0]:
            record_act(actor=None, verb="cell.removed", target=name)


def _note(cell: Cell, **changes: str) -> None:
    for name, new in changes.items():
        setattr(cell, name, new)
    cell.refreshed_at = timezone.now()
    with public_scope():
        cell.save()


def replace_shared_tables(cell: str, shared: Catalogue) -> None:
    """Make the cell's shared tables as the main cell's are, with their rows, and let them follow from there."""
    stream = shared_stream(cell)
    publish(stream, _tables(shared))
    copy_and_follow(stream, shared, lambda admin: _make_shared_tables(admin, shared))


def shared_stream(cell: str) -> Stream:
    """The stream of shared tables from the main cell."""
    return Stream(name=f"rathausplatz_shared_{cell}", key=f"shared_{cell}", publisher=MAIN, subscriber=cell)


def shared_catalogue() -> Catalogue:
    """The shared tables that communes may read, as the main cell has them, without keys to other tables."""
    return read_catalogue(PUBLIC_SCHEMA, only=list(shared_readable))


def _tables(catalogue: Catalogue) -> sql.Composable:
    names = sql.SQL(", ").join(sql.Identifier(catalogue.schema, table) for table in catalogue.columns)
    return sql.SQL("TABLE {}").format(names)


def _make_shared_tables(admin: Admin, catalogue: Catalogue) -> None:
    """Replace the shared tables, empty; only replication writes them, communes read them."""
    with acting_as_owner(admin):
        for table in catalogue.columns:
            run(admin, "DROP TABLE IF EXISTS {}.{} CASCADE", PUBLIC_SCHEMA, table)
        admin.execute(structure_script(catalogue, PUBLIC_SCHEMA))  # type: ignore[arg-type]
        run(admin, "GRANT USAGE ON SCHEMA public TO {}, {}", platform_role(), reader_role())
        for table in catalogue.columns:
            run(admin, "GRANT SELECT ON public.{} TO {}", table, reader_role())


@contextmanager
def acting_as_owner(admin: Admin) -> Iterator[None]:
    """What the administrator makes in this context, in a transaction, belongs to the owner of the schemas."""
    admin.execute(f"SET LOCAL ROLE {quoted(owner_role())}")  # type: ignore[arg-type]
    yield
    admin.execute("SET LOCAL ROLE NONE")  # after an error the transaction's end does it


def renew_template(cell: Cell) -> str:
    """Copy the main cell's template unless the cell's is equal; returns the digest of what the cell has now.

    One transaction in the cell, which waits for those who clone there at the moment; the others get the new one. The
    level of the newest release is written on it (`hold_copy_of_template`).
    """
    with owning(MAIN) as source:
        # for the session: a snapshot taken while waiting for the lock would be too old
        source.execute("SELECT pg_advisory_lock_shared(%s)", [TEMPLATE_LOCK])
        with source.transaction():
            source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            catalogue = read_catalogue(TEMPLATE_SCHEMA)
            level = int(str(value(source, "SELECT coalesce(max(level), 0) FROM public.communes_release")))
            digest = template_digest(source, catalogue, level)
            if digest != cell.template:
                with owning(cell.name) as target, target.transaction():
                    _replace_template(source, target, catalogue, level)
    return digest


def _replace_template(source: Admin, target: Admin, catalogue: Catalogue, level: int) -> None:
    target.execute("SELECT pg_advisory_xact_lock(%s)", [TEMPLATE_LOCK])
    run(target, "DROP SCHEMA IF EXISTS {} CASCADE", TEMPLATE_SCHEMA)
    run(target, "CREATE SCHEMA {}", TEMPLATE_SCHEMA)
    run(target, "COMMENT ON SCHEMA {} IS {level}", TEMPLATE_SCHEMA, level=sql.Literal(str(level)))
    target.execute(structure_script(catalogue, TEMPLATE_SCHEMA))  # type: ignore[arg-type]
    carry_rows(source, target, catalogue)
    carry_sequences(source, target, catalogue)


def template_digest(source: Admin, catalogue: Catalogue, level: int) -> str:
    """What the template is, structure and rows, as one number."""
    contents = contents_of(source, catalogue)
    text = f"{level}\n{structure_script(catalogue, TEMPLATE_SCHEMA)}\n{sorted(contents.tables.items())}"
    return sha256(f"{text}\n{sorted(contents.sequences.items())}".encode()).hexdigest()
