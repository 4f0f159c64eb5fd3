"""Structured data for search engines (schema.org as JSON-LD): a data block, which no browser executes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe

from cms.addresses import absolute
from cms.memory import navigation_in
from cms.placeholders import fill_text
from tenants.communes.scope import require_commune

if TYPE_CHECKING:
    from cms.models import EventPage, NewsPage, PortalPage

# the characters that could end the element or start another one, as JSON escapes
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def as_json_ld(things: list[dict[str, Any]]) -> SafeString:
    """JSON that is safe inside a script element."""
    graph = {"@context": "https://schema.org", "@graph": things}
    return mark_safe(json.dumps(graph, ensure_ascii=False, default=str).translate(_ESCAPES))  # noqa: S308


def structured_data_of(page: PortalPage, context: dict[str, Any]) -> SafeString:
    """What a page says of itself, and its breadcrumbs; empty when there is nothing to say."""
    things = page.described_for_machines(context["head"].canonical)
    if crumbs := breadcrumb_list(context["breadcrumbs"]):
        things.append(crumbs)
    return as_json_ld(things) if things else SafeString("")


def breadcrumb_list(breadcrumbs: list[dict[str, str]]) -> dict[str, Any] | None:
    """https://schema.org/BreadcrumbList."""
    if not breadcrumbs:
        return None
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": item["title"], "item": absolute(item["url"])}
            for position, item in enumerate(breadcrumbs, 1)
        ],
    }


def organization() -> dict[str, Any]:
    """https://schema.org/GovernmentOrganization: the commune's administration."""
    commune, contact = require_commune(), navigation_in("de").contact
    thing: dict[str, Any] = {
        "@type": "GovernmentOrganization",
        "@id": absolute("/#organization"),
        "name": fill_text(contact.authority) or commune.official_name,
        "url": absolute("/"),
        "areaServed": commune.name,
    }
    if contact.street:
        thing["address"] = {
            "@type": "PostalAddress",
            "streetAddress": contact.street,
            "postalCode": contact.postcode,
            "addressLocality": contact.city,
            "addressCountry": "DE",
        }
    return thing | {k: v for k, v in (("telephone", contact.phone), ("email", contact.email)) if v}


def news_article(page: NewsPage, address: str) -> dict[str, Any]:
    """https://schema.org/NewsArticle."""
    changed = page.last_published_at
    return {
        "@type": "NewsArticle",
        "headline": fill_text(page.title),
        "description": page.lead,
        "datePublished": page.date.isoformat(),
        "dateModified": changed.isoformat() if changed else page.date.isoformat(),
        "url": address,
        "publisher": {"@id": absolute("/#organization")},
    }


def public_event(page: EventPage, address: str) -> dict[str, Any]:
    """https://schema.org/Event."""
    place: dict[str, Any] = {"@type": "Place", "name": page.place}
    if page.address:
        place["address"] = page.address
    thing = {
        "@type": "Event",
        "name": fill_text(page.title),
        "description": page.lead,
        "startDate": page.starts_at.isoformat(),
        "location": place,
        "url": address,
        "organizer": {"@id": absolute("/#organization")},
    }
    return thing | ({"endDate": page.ends_at.isoformat()} if page.ends_at else {})
