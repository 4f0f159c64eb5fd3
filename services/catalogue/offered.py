"""A service as this commune offers it: the shared definition and the commune's own words, merged field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext, override, pgettext

from services.definitions.definition import Definition
from themes.templatetags.ui import money

from .models import Channel, Offering

SHARED, LOCAL = "shared", "local"
# what a commune may say in its own words, and the shape of it
TEXT_MODULES = ("title", "teaser", "summary", "who", "remedy", "responsible", "deadline", "legal", "notes")
FIGURE_MODULES = ("result", "cost", "duration")
LIST_MODULES = ("procedure", "keywords")
NEED_MODULES = ("needs",)
MODULES = ("name", *TEXT_MODULES, *FIGURE_MODULES, *NEED_MODULES, *LIST_MODULES)
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("name", *TEXT_MODULES), ""),
    **{name: {"value": "", "note": ""} for name in FIGURE_MODULES},
    **{name: [] for name in (*LIST_MODULES, *NEED_MODULES)},
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A fact set large: „30,70 €“, and below it „für ein Jahr“."""

    value: str
    note: str = ""


@dataclass(frozen=True)
class OfferedService:
    """One offering in one language. `definition` is None for a service that only this commune has."""

    id: int
    slug: str
    language: str
    definition: Definition | None
    overrides: Mapping[str, Mapping[str, Any]]
    fee_cents: int | None
    has_own_fee: bool
    settings: Mapping[str, Any]
    channel: str
    category: str
    position: int
    published: bool
    unit_name: str = ""

    @classmethod
    def of(
        cls, offering: Offering, definition: Definition | None, language: str, unit_name: str = ""
    ) -> OfferedService:
        """Merge a row with its definition."""
        shared_fee = definition.fee_cents if definition else None
        return cls(
            id=offering.pk,
            slug=offering.slug,
            language=language[:2],
            definition=definition,
            overrides=offering.overrides,
            fee_cents=offering.fee_cents if offering.fee_cents is not None else shared_fee,
            has_own_fee=offering.fee_cents is not None and offering.fee_cents != shared_fee,
            settings=offering.settings,
            channel=_channel_here(definition, offering),
            category=offering.category or (definition.category if definition else ""),
            position=offering.position,
            published=offering.published,
            unit_name=unit_name,
        )

    # texts -----------------------------------------------------------------------------------------------------
    def module(self, name: str) -> Any:
        """A text module as it stands here: own words in this language, own words in German, else the shared ones."""
        own = self._own(name)
        return self.shared_module(name) if own is None else own

    def shared_module(self, name: str) -> Any:
        """The module in the shared definition; empty for an own service."""
        return self.definition.module(name, self.language) if self.definition else NOTHING[name]

    def source(self, name: str) -> str:
        """Whose words a module's are: „local“ or „shared“."""
        return SHARED if self.definition and self._own(name) is None else LOCAL

    @cached_property
    def local_texts(self) -> tuple[str, ...]:
        """The modules in the commune's own words."""
        return tuple(name for name in MODULES if self._own(name) is not None)

    @property
    def local_parts(self) -> str:
        """What this commune has settled itself, in words: „Gebühr und Zonen“; empty where nothing is."""
        with override(self.language):
            parts = [
                *([gettext("Gebühr")] if self.has_own_fee or "cost" in self.local_texts else []),
                *([gettext("Zonen")] if self.settings.get("zones") else []),
                *([gettext("Hinweise")] if set(self.local_texts) - {"cost"} else []),
            ]
            return gettext(" und ").join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)

    def _own(self, name: str) -> Any:
        for language in (self.language, "de"):
            value = self.overrides.get(language, {}).get(name)
            if value not in (None, "", [], {}):
                return value
        return None

    def _figure(self, name: str) -> Figure:
        value = self.module(name)
        return Figure(str(value.get("value", "")), str(value.get("note", "")))

    @property
    def name(self) -> str:
        """What it is called: „Bewohnerparkausweis“."""
        return str(self.module("name") or self.module("title"))

    @property
    def title(self) -> str:
        """The errand: „Bewohnerparken beantragen“."""
        return str(self.module("title"))

    @property
    def teaser(self) -> str:
        """One line below the errand's name; the shared one may promise what this commune can't keep yet."""
        if self.waits_for_settings and self._own("teaser") is None:
            return self.name
        return str(self.module("teaser"))

    @property
    def summary(self) -> str:
        return str(self.module("summary"))

    @property
    def result(self) -> Figure:
        return self._figure("result")

    @property
    def duration(self) -> Figure:
        """How long it takes; where the system can't decide here, no promise of it is made."""
        if self.waits_for_settings and self._own("duration") is None:
            with override(self.language):
                return Figure(gettext("einige Tage"), gettext("ein Mensch prüft Ihren Antrag"))
        return self._figure("duration")

    @property
    def waits_for_settings(self) -> bool:
        """Whether the commune has yet to enter what an instant decision needs (its zones)."""
        return self.definition is not None and self.channel != self.definition.channel

    @property
    def cost(self) -> Figure:
        """What it costs. The commune's own fee replaces the shared amount; own words about it win over both."""
        figure = self._figure("cost")
        if not self.has_own_fee or self._own("cost") is not None:
            return figure
        if self.fee_cents == 0:
            with override(self.language):
                return Figure(pgettext("Kosten", "kostenlos"))
        with override(self.language):
            return Figure(money(self.fee_cents), figure.note)

    @property
    def needs(self) -> list[dict[str, str]]:
        """What one needs: title and text, as the component `need` wants them."""
        return [{"title": need["title"], "text": need.get("hint", "")} for need in self.module("needs")]

    @property
    def procedure(self) -> list[str]:
        return list(self.module("procedure"))

    @property
    def who(self) -> str:
        return str(self.module("who"))

    @property
    def remedy(self) -> str:
        return str(self.module("remedy"))

    @property
    def responsible(self) -> str:
        """The office: the commune's own unit, else what the texts say."""
        return self.unit_name or str(self.module("responsible"))

    @property
    def deadline(self) -> str:
        return str(self.module("deadline"))

    @property
    def notes(self) -> str:
        return str(self.module("notes"))

    @property
    def legal(self) -> str:
        return str(self.module("legal"))

    @property
    def legal_basis(self) -> tuple[dict[str, str | None], ...]:
        return self.definition.legal_basis if self.definition else ()

    @property
    def keywords(self) -> tuple[str, ...]:
        shared = self.definition.keywords if self.definition else ()
        return (*shared, *(word for texts in self.overrides.values() for word in texts.get("keywords", ())))

    @property
    def category_title(self) -> str:
        return self.definition.text("category", self.language) if self.definition else self.category

    @property
    def reviewed(self) -> date | None:
        return self.definition.reviewed if self.definition else None

    # ways ------------------------------------------------------------------------------------------------------
    @property
    def is_applied_for_online(self) -> bool:
        """Whether there is a form to fill in."""
        return self.channel in (Channel.INSTANT, Channel.ONLINE) and bool(self.definition and self.definition.form)

    @property
    def url(self) -> str:
        """The page of this service (without host)."""
        return f"{self._prefix}/anliegen/{self.slug}/"

    @property
    def apply_url(self) -> str:
        """Where the application starts; empty where there is none online."""
        return f"{self._prefix}/antrag/{self.slug}/" if self.is_applied_for_online else ""

    @property
    def _prefix(self) -> str:
        return "" if self.language == "de" else f"/{self.language}"

    @property
    def tag(self) -> str:
        """The way in a word: sofort, online, Termin, vor Ort."""
        with override(self.language):
            return str(Channel(self.channel).label) if self.channel else ""

    @property
    def kind(self) -> str:
        """The kind of the tag: only what is instant is highlighted."""
        return "now" if self.channel == Channel.INSTANT else ""

    @property
    def facts(self) -> list[dict[str, str]]:
        """Cost, duration and result, as the component `facts` wants them."""
        with override(self.language):
            named = [
                (gettext("Kosten"), self.cost),
                (gettext("Dauer"), self.duration),
                (gettext("Sie erhalten"), self.result),
            ]
        return [{"label": label, "value": fact.value, "note": fact.note} for label, fact in named if fact.value]


def _channel_here(definition: Definition | None, offering: Offering) -> str:
    """The definition's way, but never "instant" before the commune has entered the zones such a decision needs."""
    if definition is None:
        return offering.channel
    if definition.channel == Channel.INSTANT and "zones" in definition.settings and not offering.settings.get("zones"):
        return Channel.ONLINE
    return definition.channel
