"""Names that editors' texts take from the commune when shown, so that start texts fit every town unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from tenants.communes.scope import CommuneRef, current_commune

PLACEHOLDERS: dict[str, Callable[[CommuneRef], str]] = {
    "commune.name": lambda commune: commune.name,
    "commune.official_name": lambda commune: commune.official_name,
    "commune.host": lambda commune: commune.primary_host,
}
_PATTERN = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")


def fill_text(text: str) -> str:
    """Plain text with `{{ commune.name }}` and its like replaced. Unknown names stay, so that they are noticed."""
    commune = current_commune()
    if commune is None or "{{" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        found = PLACEHOLDERS.get(match[1])
        return found(commune) if found else match[0]

    return _PATTERN.sub(value, text)


def fill_html(html: str) -> SafeString:
    """The same for HTML that is already safe; the names are escaped."""
    commune = current_commune()
    if commune is None or "{{" not in html:
        return mark_safe(html)  # noqa: S308

    def value(match: re.Match[str]) -> str:
        found = PLACEHOLDERS.get(match[1])
        return escape(found(commune)) if found else match[0]

    return mark_safe(_PATTERN.sub(value, html))  # noqa: S308
