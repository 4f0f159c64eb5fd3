"""What holds for every address of the three kinds of hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver

from tenants.accounts.access import PUBLIC, SIGNED_IN
from tenants.accounts.middleware import access_of
from tenants.accounts.models import User, UserKind
from tenants.communes.scope import commune_scope

KINDS = ("portal", "console", "operator")
PLAIN = re.compile(r"^[\w./-]*$")
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|ALTER|CREATE|DROP)\b", re.IGNORECASE)
# a session row is renewed by whoever is signed in; allauth notes a sign-in's time there
# Wagtail's own rehearsals of its error pages
REHEARSALS = ("redaktion/test404/", "redaktion/failwhale/")
# one's own session, and the profile that Wagtail makes when somebody first opens their editor's account page
OWN_SESSION = re.compile(r'"(django_session|wagtailusers_userprofile)"')


def patterns(resolver: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """All addresses below a resolver with their views."""
    for entry in getattr(resolver, "urlpatterns", None) or resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback


def addresses(kind: str) -> list[tuple[str, Any]]:
    """All addresses of one kind of host."""
    known = patterns(import_module(f"rathausplatz.urls.{kind}"))
    return [(route, view) for route, view in known if route not in REHEARSALS]


@pytest.mark.parametrize("kind", KINDS)
def test_every_view_declares_who_may_open_it(kind: str) -> None:
    known = addresses(kind)
    assert len(known) > 4
    silent = [f"{route} ({view.__module__}.{view.__qualname__})" for route, view in known if access_of(view) is None]
    assert silent == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_declared_permission_exists(kind: str) -> None:
    import rules

    named = {access for _route, view in addresses(kind) if (access := access_of(view)) not in (None, PUBLIC, SIGNED_IN)}
    assert [name for name in sorted(named) if not rules.perm_exists(name)] == []


def plain_paths(kind: str) -> list[str]:
    """Addresses that need no value, so that they can simply be opened."""
    found = []
    for route, view in addresses(kind):
        path = route.replace("^", "").replace("$", "").replace("\\Z", "")
        if PLAIN.match(path) and "logout" not in path and not view.__module__.startswith("django.views.static"):
            found.append(f"/{path}")
    return sorted(set(found))


class WriteWatcher:
    """Notes statements that write, but for the own session."""

    def __init__(self) -> None:
        self.writes: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.match(str(sql)) and not OWN_SESSION.search(str(sql)):
            self.writes.append(str(sql)[:200])
        return execute(sql, params, many, context)


# every parameter that a view of ours reads, with words that find nothing and with what no database can hold
ASKED = ("q", "filter", "sort", "only", "order", "district", "page", "was", "name", "nummer", "vorgang", "language")
QUERIES = ("", "?" + "&".join(f"{name}=raketenstart" for name in ASKED), "?" + "&".join(f"{n}=%00" for n in ASKED))


def faults_of(client: Client, path: str) -> list[str]:
    """What opening one address wrote, and whether it broke, with parameters too."""
    faults = []
    for query in QUERIES if not path.startswith("/redaktion/") else QUERIES[:1]:
        watcher = WriteWatcher()
        with connection.execute_wrapper(watcher):
            answer = client.get(path + query)
        faults += [f"{path}{query}: {answer.status_code}"] if answer.status_code >= 500 else []
        faults += [f"{path}{query}: {sql}" for sql in watcher.writes]
    return faults


@pytest.mark.parametrize("group", ["clerk", "editor", "administrator", None, "nobody"])
def test_no_get_of_a_portal_writes_or_breaks(gera: Any, group: str | None) -> None:
    from django.contrib.auth.models import Group

    client = Client(headers={"host": gera.primary_host})
    if group != "nobody":
        with commune_scope(gera):
            kind = UserKind.STAFF if group else UserKind.CITIZEN
            user = User.objects.create_user("somebody@gera.example", name="Somebody", kind=kind)
            user.groups.set(Group.objects.filter(name=group))
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    paths = plain_paths("portal")
    assert len(paths) > 30
    assert [fault for path in paths for fault in faults_of(client, path)] == []


@pytest.mark.parametrize("signed_in", [True, False])
def test_no_get_of_the_console_writes_or_breaks(console_client: Client, signed_in: bool) -> None:
    if signed_in:
        user = User.objects.create_user("operator@platform.example", name="Operator", kind=UserKind.OPERATOR)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        console_client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        console_client.cookies["console_session"] = console_client.cookies["portal_session"].value
    assert [fault for path in plain_paths("console") for fault in faults_of(console_client, path)] == []


@pytest.mark.parametrize("host", ["console.localhost", "localhost"])
def test_an_address_that_does_not_exist_is_404_everywhere(db: None, host: str) -> None:
    assert Client(headers={"host": host}).get("/gibt/es/nicht/").status_code == 404
    assert Client(headers={"host": "unbekannt.localhost"}).get("/").status_code == 404
