"""A published definition as a value: what every other room works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """One published version. Shared by the whole process and all communes; writing into its dicts raises.

    `channel`: „instant“ (applied for and decided online), „online“ (applied for online, a clerk decides),
    „appointment“, „office“. `decision` is a JDM table. `facts` says which facts that table wants,
    `settings` which settings an offering may have; both map a name to its meaning.
    """

    key: str
    version: int
    leika_key: str | None
    checksum: str
    content: Mapping[str, Any]

    @property
    def channel(self) -> str:
        return str(self.content["channel"])

    @property
    def category(self) -> str:
        """Key of the category; its title is `text("category", language)`."""
        return str(self.content["category"])

    @property
    def position(self) -> int:
        """Where it stands among the most wanted before a commune has figures of its own; small first."""
        return int(self.content["position"])

    @property
    def audience(self) -> tuple[str, ...]:
        return tuple(self.content["audience"])

    @property
    def act(self) -> str:
        """„bound“, „discretion“ or „none“ (no administrative act)."""
        return str(self.content["act"])

    @property
    def automation(self) -> dict[str, Any] | None:
        """Legal basis and permission for a decision by the system; None: a person decides."""
        return self.content["automation"]  # type: ignore[no-any-return]

    @property
    def form(self) -> dict[str, Any] | None:
        return self.content["form"]  # type: ignore[no-any-return]

    @property
    def decision(self) -> dict[str, Any] | None:
        return self.content["decision"]  # type: ignore[no-any-return]

    @property
    def letters(self) -> dict[str, dict[str, Any]]:
        """The letters by name: {"template": a letter of services.documents, "title": {"de", "en"}}."""
        return self.content["letters"]  # type: ignore[no-any-return]

    @property
    def facts(self) -> dict[str, str]:
        return self.content["facts"]  # type: ignore[no-any-return]

    @property
    def settings(self) -> dict[str, str]:
        return self.content["settings"]  # type: ignore[no-any-return]

    @property
    def fee_cents(self) -> int | None:
        """The usual fee; a commune may set its own. None: free, or it depends."""
        return self.content["fee_cents"]  # type: ignore[no-any-return]

    @property
    def validity_days(self) -> int | None:
        return self.content["validity_days"]  # type: ignore[no-any-return]

    @property
    def legal_basis(self) -> tuple[dict[str, str | None], ...]:
        """Citations in order: {"citation": "§ 45 …", "url": "https://…" or None}."""
        return tuple(self.content["legal_basis"])

    @property
    def reviewed(self) -> date:
        """The day on which someone last checked the text."""
        return date.fromisoformat(self.content["reviewed"])

    @property
    def modules(self) -> dict[str, dict[str, Any]]:
        """All text modules by language: `modules["de"]["needs"]` is a list of {"title", "hint"}."""
        return self.content["texts"]  # type: ignore[no-any-return]

    @property
    def keywords(self) -> tuple[str, ...]:
        """Synonyms for the search, all languages."""
        return tuple(word for language in LANGUAGES for word in self.modules.get(language, {}).get("keywords", ()))

    @property
    def processing(self) -> str:
        """How long it takes, in German: „sofort, wenn alle Angaben stimmen“."""
        return self.processing_in("de")

    def processing_in(self, language: str) -> str:
        """How long it takes, as one phrase."""
        duration = self.module("duration", language)
        return ", ".join(part for part in (duration["value"], duration["note"]) if part)

    def module(self, name: str, language: str = "de") -> Any:
        """One text module (str, list or {"value", "note"}), German where there is no translation. KeyError
        if unknown.
        """
        german = self.modules["de"][name]
        return self.modules.get(language[:2], {}).get(name) or german

    def text(self, name: str, language: str = "de") -> str:
        """A text module as a string: „title“, „teaser“, „who“, „cost.note“, „category“. A figure gives its
        value.

        Raises KeyError for a name that no definition has and TypeError for a list („needs“): use `module`
        for those.
        """
        if name == "category":
            titles: dict[str, str] = self.content["category_title"]
            return titles.get(language[:2]) or titles["de"]
        module, _dot, part = name.partition(".")
        value = self.module(module, language)
        if isinstance(value, Mapping):
            value = value[part or "value"]
        if not isinstance(value, str):
            raise TypeError(f"{name} is a list; use module()")
        return value

    def letter_title(self, name: str, language: str = "de") -> str:
        """What a letter is called: „Bescheid über Ihren Bewohnerparkausweis“. Raises KeyError."""
        titles: dict[str, str] = self.letters[name]["title"]
        return titles.get(language[:2]) or titles["de"]

    def letter_template(self, name: str) -> str:
        """The name under which services.documents renders the letter: „decision“. Raises KeyError."""
        return str(self.letters[name]["template"])
