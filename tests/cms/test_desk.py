"""The editors' desk: who may enter, what it looks like, what its policy allows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group

from cms.models import HomePage
from tenants.accounts.models import User
from tenants.communes.scope import commune_scope


def sign_in(portal: Any, commune: Any, group: str) -> None:
    with commune_scope(commune):
        user = User.objects.create_user(f"{group}@gera.example", kind="staff", name=group)
        user.groups.add(Group.objects.get(name=group))
        portal.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def home_id(commune: Any) -> int:
    with commune_scope(commune):
        return HomePage.objects.get(locale__language_code="de").pk


def test_nobody_enters_without_signing_in(portal: Any) -> None:
    assert portal.get("/redaktion/").headers["Location"] == "/konto/anmelden/?next=%2Fredaktion%2F"
    assert portal.get("/redaktion/login/").headers["Location"].startswith("/konto/anmelden/")


def test_a_clerk_is_refused(portal: Any, gera: Any) -> None:
    sign_in(portal, gera, "clerk")
    assert portal.get("/redaktion/").status_code == 403


def test_an_editor_edits_pages_and_nothing_else(portal: Any, gera: Any) -> None:
    sign_in(portal, gera, "editor")
    desk = portal.get("/redaktion/").content.decode()
    assert "Redaktion Gera" in desk
    assert 'lang="de"' in desk
    assert portal.get(f"/redaktion/pages/{home_id(gera)}/edit/").status_code == 200
    for closed in ("users", "sites", "groups", "settings/cms/contactsettings", "workflows/list"):
        assert portal.get(f"/redaktion/{closed}/").status_code == 302


def test_an_administrator_changes_contact_data(portal: Any, gera: Any) -> None:
    sign_in(portal, gera, "administrator")
    assert portal.get("/redaktion/settings/cms/contactsettings/", follow=True).status_code == 200
    assert portal.get("/redaktion/workflows/list/").status_code == 200


def directives(response: Any) -> dict[str, str]:
    parts = (part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    return {part[0]: part[1] for part in parts}


@pytest.mark.parametrize("address", ["/", "/anliegen/", "/kontakt/", "/suche/?q=a", "/nirgends/"])
def test_portal_pages_allow_nothing_inline(portal: Any, address: str) -> None:
    response = portal.get(address)
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert directives(response)["frame-ancestors"] == "'none'"
    assert ' style="' not in response.content.decode()


def test_the_desk_allows_exactly_what_wagtail_needs(portal: Any, gera: Any) -> None:
    strict = directives(portal.get("/"))
    sign_in(portal, gera, "editor")
    desk = directives(portal.get("/redaktion/"))
    assert {name: value for name, value in desk.items() if strict.get(name) != value} == {
        "script-src": "'self' 'unsafe-inline'",
        "style-src": "'self' 'unsafe-inline'",
        "frame-src": "'self'",
        "frame-ancestors": "'self'",
    }


def test_the_draft_of_the_home_page_is_shown(portal: Any, gera: Any) -> None:
    with commune_scope(gera):
        HomePage.objects.get(locale__language_code="de").save_revision()
    sign_in(portal, gera, "editor")
    answer = portal.get(f"/redaktion/pages/{home_id(gera)}/view_draft/")
    assert answer.status_code == 200
    assert "/mitmachen/ideen/" in answer.content.decode()
    # the desk's own addresses are as they were
    assert portal.get("/redaktion/").status_code == 200
