"""Invariants of the installation that pages rely on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def languages_are_known(**kwargs: Any) -> list[CheckMessage]:
    """The start tree is written in German and English; without them the portal has no home page."""
    missing = {"de", "en"} - {code for code, _name in settings.LANGUAGES}
    if not missing:
        return []
    return [Error(f"LANGUAGES lacks {', '.join(sorted(missing))}: the start pages need it.", id="cms.E001")]
