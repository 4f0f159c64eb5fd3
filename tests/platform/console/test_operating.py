"""What operators do is refused to others by the action itself, not only by the view before it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from console import operating
from django.core.exceptions import PermissionDenied

from tenants.accounts.actions import invite_again, order_export
from tenants.accounts.models import UserKind
from tenants.communes.models import CommuneState, Domain
from tenants.communes.queries import find_commune
from tenants.communes.scope import commune_scope, public_scope
from tests.factories.accounts import make_account

VIEWS = Path(operating.__file__).with_name("views")
OF_COMMUNES = {
    "suspend_commune": {"reason": "-"},
    "resume_commune": {},
    "begin_offboarding": {"reason": "-"},
    "cancel_offboarding": {"reason": "-"},
    "delete_commune": {"reason": "-", "typed_name": "Gera, Stadt"},
    "order_archive": {"reason": "-"},
    "order_invitation": {"email": "a@b.example"},
    "add_domain": {"name": "gera.example"},
}
OF_DOMAINS = ("make_primary", "remove_domain", "recheck_domain")


@pytest.mark.parametrize("name", sorted(OF_COMMUNES))
def test_nobody_but_an_operator_acts_on_a_commune(gera: Any, name: str) -> None:
    chief = make_account(gera, "chefin@gera.example", UserKind.STAFF, "administrator")
    with commune_scope(gera), pytest.raises(PermissionDenied):
        getattr(operating, name)(commune=find_commune("gera"), actor=chief, **OF_COMMUNES[name])
    assert find_commune("gera").state == CommuneState.LIVE


@pytest.mark.parametrize("name", OF_DOMAINS)
def test_nobody_but_an_operator_acts_on_a_name(gera: Any, name: str) -> None:
    chief = make_account(gera, "chefin@gera.example", UserKind.STAFF, "administrator")
    with public_scope():
        domain = Domain.objects.get(domain="gera.localhost")
    with commune_scope(gera), pytest.raises(PermissionDenied):
        getattr(operating, name)(domain=domain, actor=chief)


def test_nobody_but_an_administrator_takes_data_along_or_invites(gera: Any) -> None:
    clerk = make_account(gera, "amt@gera.example", UserKind.STAFF, "clerk")
    with commune_scope(gera):
        with pytest.raises(PermissionDenied):
            order_export(actor=clerk)
        with pytest.raises(PermissionDenied):
            invite_again(actor=clerk, user=clerk)


def test_views_of_the_console_call_no_action_of_communes_directly() -> None:
    guarded = {*OF_COMMUNES, *OF_DOMAINS}
    imported = {
        (path.name, alias.name)
        for path in VIEWS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tenants.communes")
        for alias in node.names
    }
    assert [(where, name) for where, name in sorted(imported) if name in guarded or name.endswith("tasks")] == []
