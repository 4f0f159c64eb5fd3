"""What one room may do to another, beyond the import contracts: no signals, and no entering of communes at will."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from infra.checking.files import WINGS, Fault, files_in, read

# each entry says why it may
MAY_ENTER_COMMUNES = {
    "tenants/communes/scope.py": "defines it",
    "tenants/communes/middleware.py": "a request",
    "tenants/communes/tasks.py": "a task",
    "tenants/communes/commands.py": "a command",
    "tenants/communes/isolation/grants.py": "rights are given as the owner",
    "tenants/communes/isolation/probe.py": "walls are tried",
    "tenants/communes/domains/actions.py": "rooms follow a commune's new primary host",
    "tenants/communes/provisioning/steps.py": "a commune is made",
    "tenants/communes/provisioning/schemas.py": "a schema is made",
    "tenants/communes/provisioning/spares.py": "schemas are made ahead of time",
    "tenants/communes/rollouts/template.py": "the template schema is migrated and seeded",
    "tenants/communes/rollouts/standing.py": "schemas are asked where they stand",
    "tenants/communes/rollouts/replay.py": "a release is replayed in one schema after another",
    "tenants/communes/rollouts/structure.py": "schemas are compared with the template",
    "tenants/communes/rollouts/verifying.py": "schemas are checked",
    "tenants/communes/rollouts/running.py": "a command is run in one commune after another",
    "tenants/communes/provisioning/clone.py": "a schema is copied",
    "tenants/communes/cells/window.py": "a commune's right to write is taken and given back",
    "tenants/communes/archives/export.py": "an archive reads every row of a commune",
    "tenants/communes/archives/restore.py": "an archive fills a schema",
    "tenants/communes/archives/importing.py": "an import adapts what it brought in",
    "tenants/communes/archives/proof.py": "a restored schema is asked, and dropped",
    "tenants/communes/archives/readable/package.py": "the command line writes a readable export",
    "tenants/communes/archives/readable/orders.py": "expired exports are removed",
    "tenants/communes/lifecycle/dropping.py": "schemas and roles are dropped",
    "tenants/communes/lifecycle/removal.py": "a removed commune's files go",
    "tenants/communes/closed.py": "a portal's look is copied when it closes",
    "tenants/communes/management/commands/migrate.py": "schemas are migrated",
    "platform/rathausplatz/demo/prepare.py": "the demo's accounts are made",
    "platform/rathausplatz/management/commands/commune_shell.py": "a person works in one commune",
}
ENTRANCES = {
    "commune_scope",
    "owner_scope",
    "only_named",
    "_scope",
    "schema_context",
    "tenant_context",
    "set_tenant",
    "set_schema",
}
MAY_HEAR_MODELS = {"cms/freshness.py": "Wagtail saves its own models, and only its signals tell"}
OWN_SIGNALS = {"Signal", "receiver"}


def check_rooms() -> list[Fault]:
    """No room sends or hears signals of another room; only the ground floor enters communes."""
    faults: list[Fault] = []
    for path in files_in(WINGS, ".py"):
        tree = ast.parse(read(path))
        faults += [*_signals(path, tree), *_entrances(path, tree)]
    return faults


def _signals(path: Path, tree: ast.AST) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        names = {alias.name for alias in node.names}
        if node.module == "django.dispatch" and names & OWN_SIGNALS:
            yield Fault(path, node.lineno, "rooms tell each other by a registry of the lower one, not by signals")
        if node.module == "django.db.models.signals" and str(path) not in MAY_HEAR_MODELS:
            yield Fault(path, node.lineno, "write it in the action that makes the change, not in a model's signal")


def _entrances(path: Path, tree: ast.AST) -> Iterator[Fault]:
    if str(path) in MAY_ENTER_COMMUNES:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for name in sorted(ENTRANCES & {alias.name for alias in node.names}):
                text = f"{name} is for requests, tasks, commands and provisioning (tenants/communes) only"
                yield Fault(path, node.lineno, text)
