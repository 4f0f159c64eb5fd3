"""Who is who: the predicates that the rooms build their permissions from."""

from __future__ import annotations

from typing import Any

import rules

from tenants.accounts.models import UserKind

CLERK = "clerk"
EDITOR = "editor"
ADMINISTRATOR = "administrator"
STAFF_GROUPS = {CLERK: "Sachbearbeitung", EDITOR: "Redaktion", ADMINISTRATOR: "Verwaltung"}


def _in_group(user: Any, group: str) -> bool:
    return bool(
        user.is_authenticated
        and user.is_active
        and user.kind == UserKind.STAFF
        and (user.is_superuser or group in user.group_names)
    )


@rules.predicate
def is_signed_in(user: Any) -> bool:
    """Anyone with an active account on this host."""
    return bool(user.is_authenticated and user.is_active)


@rules.predicate
def is_staff(user: Any) -> bool:
    """Somebody who works for the commune."""
    return bool(user.is_authenticated and user.is_active and user.kind == UserKind.STAFF)


@rules.predicate
def is_clerk(user: Any) -> bool:
    """Handles cases."""
    return _in_group(user, CLERK)


@rules.predicate
def is_editor(user: Any) -> bool:
    """Writes pages."""
    return _in_group(user, EDITOR)


@rules.predicate
def is_administrator(user: Any) -> bool:
    """Runs the commune's portal: brand, services, accounts of staff."""
    return _in_group(user, ADMINISTRATOR)


@rules.predicate
def is_operator(user: Any) -> bool:
    """Runs the platform; such accounts live in the public schema only."""
    return bool(user.is_authenticated and user.is_active and user.kind == UserKind.OPERATOR)


rules.add_perm("accounts.open_editorial_desk", is_editor | is_administrator)
rules.add_perm("accounts.work_on_cases", is_clerk)
rules.add_perm("accounts.manage_staff", is_administrator)
rules.add_perm("accounts.export_commune", is_administrator)
rules.add_perm("accounts.operate_platform", is_operator)
