"""Finds every page that somebody may open, by links and by the addresses of the host, and all its forms."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.urls import Resolver404, resolve
from django.utils import translation

from tenants.accounts.access import PUBLIC, SIGNED_IN
from tenants.accounts.middleware import access_of
from tests.fuzz.asking import Asker
from tests.fuzz.forms import Form, Page, local
from tests.test_urls import addresses, plain_paths

# how many pages of one view are looked at: forms have one view for all their steps
OURS, WAGTAILS = 14, 1
SIGNING_OUT = re.compile(r"logout|abmelden")


@dataclass(slots=True)
class Walk:
    """What was found."""

    forms: dict[tuple[str, ...], Form] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)  # a path by the name of its view
    parameters: dict[str, set[str]] = field(default_factory=dict)  # names in queries by path


def kind_of(role: str) -> str:
    """The URL conf that a role meets."""
    return "console" if role == "operator" else "portal"


def concerns(role: str, route: str, view: Any) -> bool:
    """Whether this role tries a view: each is tried by who needs it, and not again by all who may open it too."""
    access = access_of(view)
    if role in ("operator", "visitor"):
        return role == "operator" or access == PUBLIC
    if route.startswith("redaktion/"):
        return role == "editor"
    return role == "citizen" if access in (PUBLIC, SIGNED_IN) else role != "citizen"


def walk(asker: Asker, begin: tuple[str, ...] = ("/",)) -> Walk:
    """Open everything that links lead to, and every address without a value."""
    found, seen = Walk(), Counter[str]()
    with translation.override("de"):
        waiting = deque([*begin, *plain_paths(kind_of(asker.role))])
    known = set(waiting)
    while waiting:
        path = waiting.popleft()
        route = _route(asker.role, path)
        most = WAGTAILS if route.startswith("redaktion/") else OURS
        if not route or SIGNING_OUT.search(path) or seen[route] >= most:
            continue
        seen[route] += 1
        page = _open(asker, path)
        if page is None:
            continue
        if page.path == path:  # and not one that it leads to
            found.pages.setdefault(route, urlsplit(path).path)
        _note_forms(found, page, asker.role)
        for link in filter(None, map(local, page.links)):
            _note_parameters(found, link)
            if link not in known:
                known.add(link)
                waiting.append(link)
    return found


def _route(role: str, path: str) -> str:
    """What concerns a role, by the pattern of its address without the language; "" for the rest."""
    if path.startswith("/en/"):
        return ""
    try:
        with translation.override("de"):
            match = resolve(urlsplit(path).path, f"rathausplatz.urls.{kind_of(role)}")
    except Resolver404:
        return ""
    route = str(match.route) or "/"
    return route if concerns(role, route, match.func) or route in ("/", "arbeitsplatz/") else ""


def _open(asker: Asker, path: str) -> Page | None:
    answer = asker.get(path)
    if answer.status_code in (301, 302):
        path = local(answer.headers["Location"])
        answer = asker.get(path) if path else answer
    if answer.status_code != 200 or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return None
    return Page(path, answer.content.decode(errors="replace"))


def _note_forms(found: Walk, page: Page, role: str) -> None:
    for form in page.forms:
        target = local(form.action)
        route = _route(role, target)
        if not target or not route or SIGNING_OUT.search(target):
            continue
        form.action = target
        if form.method == "get":
            found.parameters.setdefault(urlsplit(target).path, set()).update(form.inputs)
        found.forms.setdefault((route, *form.key()), form)


def _note_parameters(found: Walk, link: str) -> None:
    parts = urlsplit(link)
    if parts.query:
        found.parameters.setdefault(parts.path, set()).update(name for name, _value in parse_qsl(parts.query))


def patterns_with_values(role: str) -> list[tuple[str, Any]]:
    """Addresses that carry values, with their views."""
    with translation.override("de"):  # the addresses without a language in front
        return [(route, view) for route, view in addresses(kind_of(role)) if "<" in route]


def filled_in(route: str, values: list[str]) -> str:
    """An address with such values (percent-encoded) in the places of its own."""
    path = re.sub(r"\(\?P?<?[^()]*(?:\([^()]*\)[^()]*)*\)|<[^<>]+>", lambda _match: values.pop(0), route)
    return "/" + re.sub(r"[\^$]|\\Z|\\(?=[./-])", "", path)
