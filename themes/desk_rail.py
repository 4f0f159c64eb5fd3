"""The rail of a commune's desk (`/arbeitsplatz/`): every room enters its screens here, in its AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from tenants.accounts.access import may
from tenants.communes.closed import stays_reachable
from tenants.communes.registry import Registry
from tenants.communes.scope import current_commune


@dataclass(frozen=True, slots=True)
class DeskScreen:
    """One entry: who has `permission` sees it. `waiting` counts what waits there (one query), or is None."""

    label: str | Promise
    url_name: str
    permission: str
    section: str | Promise = ""
    order: int = 100
    waiting: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class DeskLink:
    """An entry as the rail shows it."""

    label: str
    url: str
    current: bool
    waiting: int | None


@dataclass(frozen=True, slots=True)
class DeskSection:
    """A heading (may be empty) with its entries."""

    title: str
    links: list[DeskLink]


desk_screens: Registry[DeskScreen] = Registry("screens of the desk")


def desk_for(user: Any, path: str) -> list[DeskSection]:
    """The sections of the rail for somebody, with the screen of `path` marked."""
    screens = sorted((screen for _name, screen in desk_screens.items()), key=lambda screen: screen.order)
    found = [(screen, reverse(screen.url_name)) for screen in screens if may(user, screen.permission)]
    commune = current_commune()
    seen = [(screen, url) for screen, url in found if commune is None or stays_reachable(commune.state, url)]
    here = max((url for _screen, url in seen if path.startswith(url)), key=len, default="")
    sections: dict[str, list[DeskLink]] = {}
    for screen, url in seen:
        waiting = screen.waiting() if screen.waiting else None
        link = DeskLink(str(screen.label), url, url == here, waiting)
        sections.setdefault(str(screen.section), []).append(link)
    return [DeskSection(title, links) for title, links in sections.items()]
