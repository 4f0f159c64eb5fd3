"""What pages bring to a new commune: the start tree once in the template, then only the commune's address and facts."""

from __future__ import annotations

from django.conf import settings
from wagtail.models import Site

from cms.memory import forget
from cms.models import ContactSettings
from cms.seeds import demo, permissions, tree
from tenants.communes.starters import StarterBrief, register_starter

STANDARD_PORTS = {"http": 80, "https": 443}


def seed() -> None:
    """Build the start tree and the groups' rights. Does nothing that was done before."""
    tree.plant()
    permissions.grant()


def prepare(brief: StarterBrief) -> None:
    """Give the cloned site its address and, if facts are known, its contact data; in a demo also news and events."""
    port = settings.PUBLIC_PORT or STANDARD_PORTS[settings.PUBLIC_SCHEME]
    Site.objects.filter(is_default_site=True).update(
        hostname=brief.commune.primary_host, port=port, site_name=brief.commune.name
    )
    contact = brief.facts.get("contact")
    if contact:
        fields = {field.name for field in ContactSettings._meta.concrete_fields} - {"id"}
        known = {name: value for name, value in contact.items() if name in fields}
        ContactSettings.objects.update_or_create(pk=ContactSettings.load().pk, defaults=known)
    forget()
    if brief.demo:
        demo.write_news(brief.facts.get("news", ()))
        demo.write_events(brief.facts.get("events", ()))


def register() -> None:
    """Enter this room among the starters."""
    register_starter("cms", order=50, seed=seed, prepare=prepare)
