"""What pages bring to a new commune: the start tree once in the template, then only the commune's address and facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from wagtail.models import Site

from cms.models import ContactSettings, FooterSettings
from cms.seeds import demo, permissions, tree
from cms.smoke import show_home
from tenants.communes.archives.proof import smoke_checks
from tenants.communes.domains.followers import register_host_follower
from tenants.communes.invalidation import invalidate_pages
from tenants.communes.scope import CommuneRef
from tenants.communes.starters import StarterBrief, register_starter

STANDARD_PORTS = {"http": 80, "https": 443}


def seed() -> None:
    """Build the start tree and the groups' rights. Does nothing that was done before."""
    tree.plant()
    permissions.grant()
    # made here once, so that no visitor's first page has to write them
    for settings_page in (ContactSettings, FooterSettings):
        settings_page.load()


def prepare(brief: StarterBrief) -> None:
    """Give the cloned site its address and, if facts are known, its contact data; in a demo also news and events."""
    follow_host(brief.commune)
    if contact := known_contact(brief.facts):
        ContactSettings.objects.update_or_create(pk=ContactSettings.load().pk, defaults=contact)
    invalidate_pages()
    if brief.demo:
        demo.write_news(brief.facts.get("news", ()))
        demo.write_events(brief.facts.get("events", ()))


def follow_host(commune: CommuneRef) -> None:
    """Keep Wagtail's site, and with it sitemap and previews, on the commune's primary host."""
    port = settings.PUBLIC_PORT or STANDARD_PORTS[settings.PUBLIC_SCHEME]
    Site.objects.filter(is_default_site=True).update(hostname=commune.primary_host, port=port, site_name=commune.name)
    invalidate_pages()


def known_contact(facts: Mapping[str, Any]) -> dict[str, str]:
    """Contact data from the facts of an order: `address`, `phone`, `email`, and `contact` for everything else."""
    given = {**facts.get("address", {}), "phone": facts.get("phone"), "email": facts.get("email")}
    given |= facts.get("contact", {})
    fields = {field.name for field in ContactSettings._meta.concrete_fields} - {"id"}
    return {name: str(value) for name, value in given.items() if name in fields and value}


def register() -> None:
    """Enter this room among the starters and those who follow the primary host."""
    register_starter("cms", order=50, seed=seed, prepare=prepare)
    register_host_follower("cms", follow_host)
    smoke_checks.register("cms.home", show_home)
