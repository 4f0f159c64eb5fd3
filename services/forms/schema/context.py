"""What a form needs to know about its surroundings: language, the commune's settings, the date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

NEUTRAL_PLATE_EXAMPLE = "AB-CD 123"
_PLACEHOLDER = re.compile(r"\{(plate_example)\}")


@dataclass(frozen=True, slots=True)
class FormContext:
    """Where a form is filled in. `settings` are the offering's: „plate_districts“ (list, the commune's own
    first), „zones“ and whatever the registered checks read.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    today: date | None = None

    @property
    def spoken(self) -> str:
        """Two-letter language: the one asked for, else the active one, else German."""
        return (self.language or get_language() or "de")[:2]

    @property
    def date(self) -> date:
        """The day that „today“ means in a form."""
        return self.today or timezone.localdate()

    @property
    def plate_districts(self) -> tuple[str, ...]:
        """The distinguishing marks of this area, such as („G“,); empty where the commune has not said."""
        return tuple(str(mark).upper() for mark in self.settings.get("plate_districts", ()))

    @property
    def plate_example(self) -> str:
        """An example that fits the commune: „G-AB 123“."""
        return f"{self.plate_districts[0]}-AB 123" if self.plate_districts else NEUTRAL_PLATE_EXAMPLE

    def fill(self, text: str) -> str:
        """Put the commune's values into a text of the form (`{plate_example}`)."""
        return _PLACEHOLDER.sub(lambda match: str(getattr(self, match.group(1))), text)
