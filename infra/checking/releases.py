"""The two-release rule: while a fleet is brought to a release, code of the one before still serves it.

So a release may not take away, rename or narrow what the code before it uses, nor demand a value that it doesn't give.
What was used is removed one release after the code has stopped using it; the migration says which that was:

    class Migration(migrations.Migration):
        two_release = "2026.11.2"  # the code stopped using it there

No database is asked: the operations are read, with the models before each. What releases that are out have brought is
listed in `released.txt` and not judged again; `python -m infra.checking.releases` renews it when a release is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.checking.files import ROOT, Fault
from infra.checking.installation import OUR_APPS, start_django

RELEASED = Path(__file__).with_name("released.txt")
HEAD = "# migrations of the releases that are out; renewed by `python -m infra.checking.releases` when one is made\n"
# app label and name in lower case
Model = tuple[str, str]
_RELEASE = re.compile(r"^\d{4}\.\d{1,2}\.\d+$")
_TAKES_AWAY = re.compile(r"\b(drop|rename|truncate)\b", re.IGNORECASE)
# what holds every value of the other
_WIDER = {
    ("SmallIntegerField", "IntegerField"),
    ("SmallIntegerField", "BigIntegerField"),
    ("IntegerField", "BigIntegerField"),
    ("PositiveSmallIntegerField", "PositiveIntegerField"),
    ("PositiveSmallIntegerField", "PositiveBigIntegerField"),
    ("PositiveIntegerField", "PositiveBigIntegerField"),
    ("PositiveSmallIntegerField", "SmallIntegerField"),
    ("PositiveIntegerField", "IntegerField"),
    ("PositiveBigIntegerField", "BigIntegerField"),
    ("CharField", "TextField"),
    ("SlugField", "CharField"),
    ("EmailField", "CharField"),
    ("URLField", "CharField"),
    ("SlugField", "TextField"),
    ("EmailField", "TextField"),
    ("URLField", "TextField"),
}
ADVICE = (
    'do it one release after the code stopped using it, and say which that was: two_release = "2026.11.2" '
    "(docs/explanation/rollouts.md)"
)


def check_releases() -> list[Fault]:
    """Every migration of ours leaves the release before it what it needs."""
    from django.conf import settings
    from django.db.migrations.loader import MigrationLoader

    ours = _our_apps()
    released = set(RELEASED.read_text(encoding="utf-8").splitlines())
    made: set[Model] = set()
    faults: list[Fault] = []
    for migration, state in _in_order(MigrationLoader(None)):
        if migration.app_label in ours and str(migration) not in released:
            path = ours[migration.app_label] / "migrations" / f"{migration.name}.py"
            faults += [Fault(path, 1, text) for text in faults_of(migration, state, settings.RELEASE, made)]
        else:
            migration.mutate_state(state, preserve=False)
    return faults


def _our_apps() -> dict[str, Path]:
    """Label and folder of each app of ours."""
    from django.apps import apps

    ours = [config for config in apps.get_app_configs() if config.name.startswith(OUR_APPS)]
    return {config.label: Path(config.path).relative_to(ROOT) for config in ours}


def _in_order(loader: Any) -> Iterator[tuple[Any, Any]]:
    """Each migration with the models before it; who takes it leaves the models after it in the state."""
    from django.db.migrations.state import ProjectState

    state, seen = ProjectState(real_apps=loader.unmigrated_apps), set()
    for leaf in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(leaf):
            if key not in seen:
                seen.add(key)
                yield loader.graph.nodes[key], state


def faults_of(migration: Any, state: Any, release: str, made: set[Model]) -> list[str]:
    """What a migration takes from the release before it, a sentence each.

    `state` holds the models before it and goes forward; `made` the models that this release makes, and grows.
    """
    found: list[str] = []
    for operation in migration.operations:
        for part in _in_database(operation):
            found += [f"{part.describe()}: {text}" for text in _taken(part, migration.app_label, state, made)]
            if type(part).__name__ == "CreateModel":
                made.add((migration.app_label, part.name.lower()))
        operation.state_forwards(migration.app_label, state)
    stated = getattr(migration, "two_release", None)
    if not found or stated is None:
        return [f"{text}; {ADVICE}" for text in found]
    return _statement_faults(stated, release)


def _statement_faults(stated: Any, release: str) -> list[str]:
    if not _RELEASE.match(str(stated)):
        return [f"two_release = {stated!r} is no release such as 2026.11.2"]
    if _numbers(stated) >= _numbers(release):
        return [
            f"two_release = {stated!r}: that release is not out yet (this one is {release}), so its code still runs"
        ]
    return []


def _numbers(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]


def _in_database(operation: Any) -> Iterator[Any]:
    """What of an operation reaches the database."""
    if type(operation).__name__ != "SeparateDatabaseAndState":
        yield operation
        return
    for part in operation.database_operations:
        yield from _in_database(part)


def _taken(operation: Any, label: str, state: Any, made: set[Model]) -> Iterator[str]:
    kind = type(operation).__name__
    model = (label, str(getattr(operation, "model_name", getattr(operation, "name", ""))).lower())
    if kind == "RunSQL":
        if _TAKES_AWAY.search(_text(operation.sql)):
            yield "its SQL drops or renames"
    elif model in made:
        return  # nobody used it yet
    elif kind in ("DeleteModel", "RenameModel", "RemoveField", "RenameField", "AlterModelTable"):
        yield "the code before still uses it"
    elif kind == "AddField":
        yield from _demanded(operation.field)
    elif kind == "AlterField":
        yield from _narrowed(state.models[model].fields[operation.name], operation.field)
    elif kind == "AddConstraint":
        yield "the code before may write what it forbids"


def _text(sql: Any) -> str:
    if isinstance(sql, str):
        return sql
    return " ".join(_text(part[0] if isinstance(part, tuple) else part) for part in sql)


def _demanded(field: Any) -> Iterator[str]:
    if field.many_to_many or field.null or field.has_db_default() or getattr(field, "generated", False):
        return
    yield "the code before gives it no value: allow NULL or set db_default"


def _narrowed(old: Any, new: Any) -> Iterator[str]:
    before, after = old.get_internal_type(), new.get_internal_type()
    if before != after and (before, after) not in _WIDER:
        yield f"{before} becomes {after}"
    if old.null and not new.null:
        yield "NULL is no longer allowed"
    if new.unique and not old.unique:
        yield "it becomes unique"
    if old.db_column != new.db_column:
        yield "its column gets another name"
    for limit in ("max_length", "max_digits", "decimal_places"):
        was, will_be = getattr(old, limit, None), getattr(new, limit, None)
        if will_be is not None and (was is None or will_be < was) and before == after:
            yield f"{limit} shrinks from {was} to {will_be}"
    if new.is_relation and old.is_relation and new.remote_field.model != old.remote_field.model:
        yield "it refers to another table"


def write_released() -> None:
    """List the migrations there are now as released."""
    from django.db.migrations.loader import MigrationLoader

    ours = _our_apps()
    names = sorted(f"{label}.{name}" for label, name in MigrationLoader(None).disk_migrations if label in ours)
    RELEASED.write_text(HEAD + "".join(f"{name}\n" for name in names), encoding="utf-8")


if __name__ == "__main__":
    start_django()
    write_released()
