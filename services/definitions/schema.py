"""The shape of `definition.yaml`. The text modules follow XZuFi 2.2 (code list leistungstextmodulleika).

`leika_key` has 14 digits and begins with 99. Keys that circulate are often invented; ours stays empty until
someone has looked it up in the FIM portal.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[str, Field(min_length=1)]
Channel = Literal["instant", "online", "appointment", "office"]

# Our module names and their XZuFi codes; cost, duration and deadline are structured modules there.
XZUFI_MODULES = {
    "name": "02",
    "title": "03",
    "summary": "05",
    "legal": "07",
    "needs": "08",
    "who": "09",
    "procedure": "11",
    "notes": "16",
    "responsible": "22",
    "teaser": "24",
    "remedy": "25",
}


class Strict(BaseModel):
    """Frozen; refuses unknown entries and silent conversions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Figure(Strict):
    """A fact set large on the page: „30,70 €“, and below it „für ein Jahr“."""

    value: Annotated[str, Field(min_length=1, max_length=40)]
    note: Annotated[str, Field(max_length=120)] = ""


class Need(Strict):
    """Something the applicant needs: what, and where it is found."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    hint: str = ""


class Texts(Strict):
    """All words of a service in one language. Paragraphs are divided by an empty line; no mark-up."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    title: Annotated[str, Field(min_length=1, max_length=80)]
    teaser: Annotated[str, Field(min_length=1, max_length=90)]
    summary: Annotated[str, Field(min_length=1, max_length=400)]
    result: Figure
    cost: Figure
    duration: Figure
    needs: Annotated[list[Need], Field(min_length=1)]
    who: Sentence
    procedure: Annotated[list[Sentence], Field(min_length=1)]
    remedy: Sentence
    responsible: Sentence
    deadline: str = ""
    legal: str = ""
    notes: str = ""
    keywords: list[Sentence] = []


class Citation(Strict):
    """A legal basis as lawyers cite it, with the address of its text where that is certain."""

    citation: Sentence
    url: Annotated[str, Field(pattern=r"^https://")] | None = None


class Automation(Strict):
    """That and why the system may decide alone. `permission` says what else must be in place in the
    commune.
    """

    legal_basis: Annotated[list[Citation], Field(min_length=1)]
    permission: Sentence


class Letter(Strict):
    """A letter that the service issues. `template` names a letter of services.documents, which alone renders."""

    template: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    title: dict[Literal["de", "en"], Sentence]


class Content(Strict):
    """`definition.yaml`, whole."""

    key: Key
    version: Annotated[int, Field(ge=1)]
    leika_key: Annotated[str, Field(pattern=r"^99\d{12}$")] | None = None
    category: Key
    audience: Annotated[list[Literal["citizen", "business"]], Field(min_length=1)]
    channel: Channel
    act: Literal["bound", "discretion", "none"]
    position: Annotated[int, Field(ge=1)] = 500
    fee_cents: Annotated[int, Field(ge=0)] | None = None
    validity_days: Annotated[int, Field(ge=1)] | None = None
    legal_basis: Annotated[list[Citation], Field(min_length=1)]
    automation: Automation | None = None
    facts: dict[str, Sentence] = {}
    settings: dict[str, Sentence] = {}
    letters: dict[Key, Letter] = {}
    reviewed: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    texts: dict[Literal["de", "en"], Texts]

    @model_validator(mode="after")
    def _languages_match(self) -> Content:
        if "de" not in self.texts:
            raise ValueError("texts.de fehlt; Deutsch ist die Grundsprache")
        german = self.texts["de"]
        for language, texts in self.texts.items():
            for module in ("needs", "procedure"):
                if len(getattr(texts, module)) != len(getattr(german, module)):
                    raise ValueError(f"texts.{language}.{module} hat nicht so viele Einträge wie texts.de.{module}")
        return self

    @model_validator(mode="after")
    def _only_bound_acts_are_automated(self) -> Content:
        if self.automation and self.act != "bound":
            raise ValueError("automation verlangt act: bound (§ 35a VwVfG: kein Ermessen, kein Beurteilungsspielraum)")
        return self


class Bundle(Strict):
    """A named choice of definitions for a commune that joins."""

    key: Key
    title: dict[Literal["de", "en"], Sentence]
    text: dict[Literal["de", "en"], Sentence]
    definitions: Annotated[list[Key], Field(min_length=1)]


class Shelf(Strict):
    """`shelf.yaml`: the categories and bundles that all packages share."""

    categories: dict[Key, dict[Literal["de", "en"], Sentence]]
    bundles: list[Bundle]


def honest_channel(channel: str, has_form: bool, has_decision: bool) -> str | None:
    """A sentence if the channel promises what the package can't do."""
    if channel == "instant" and not (has_form and has_decision):
        return "channel: instant verlangt form.yaml und decision.json."
    if channel == "online" and not has_form:
        return "channel: online verlangt form.yaml."
    return None
