"""Structured data for search engines (schema.org as JSON-LD): a data block, which no browser executes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe

from cms.addresses import absolute

if TYPE_CHECKING:
    from cms.models import PortalPage

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
    from cms.models import ContactSettings
    from tenants.communes.scope import require_commune

    commune, contact = require_commune(), ContactSettings.load()
    thing: dict[str, Any] = {
        "@type": "GovernmentOrganization",
        "@id": absolute("/#organization"),
        "name": contact.authority or commune.official_name,
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
