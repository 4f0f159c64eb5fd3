"""The letters that may be rendered, by name.

A definition package names a letter; only what is registered here is rendered, and only with a context
that its schema accepts. So neither a package nor a form answer can reach another template or add HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tenants.communes.registry import Registry


class LetterContextInvalid(ValueError):
    """The context lacks something the letter needs; the message names the fields."""


class Fact(BaseModel):
    """One row of the letter's table: a label and its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    label: str
    value: str


class Reason(BaseModel):
    """Why it was decided this way, and where the rule is written."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    text: str
    source: str = ""


class DecisionText(BaseModel):
    """What a notice says: tenor, fee, reasons (§ 39 VwVfG), law, remedy (§ 37 (6) VwVfG).

    `automation` names the law that allows a decision without a person; it is printed where `automated` is true.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    subject: str
    decision: list[str] = Field(min_length=1)
    remedy: str = Field(min_length=20)
    salutation: str = ""
    facts: list[Fact] = []
    conditions: list[str] = []
    fee: str = ""
    reasons: list[Reason] = []
    legal_basis: list[str] = []
    automated: bool = False
    automation: list[str] = []
    closing: list[str] = []


class DecisionTranslation(DecisionText):
    """The same in another language, to help the reader. It binds nobody (§ 23 (1) VwVfG)."""

    language: str = Field(pattern=r"^[a-z]{2}$")


class DecisionContext(DecisionText):
    """A notice (Bescheid) with its addressee, the sender's return address and, for some readers, a translation."""

    recipient: list[str] = Field(min_length=1, max_length=6)
    sender: str = ""
    contact: list[str] = []
    translation: DecisionTranslation | None = None


class ParkingPermitContext(BaseModel):
    """The card behind the windscreen (§ 45 (1b) no. 2a StVO). How to use it is said in the language `also_in`, too."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zone: str = Field(min_length=1, max_length=4)
    zone_name: str = ""
    plate: str = Field(min_length=2, max_length=16)
    valid_from: date | None = None
    valid_until: date
    streets: list[str] = []
    hints: list[str] = []
    also_in: str = Field(default="", pattern=r"^([a-z]{2})?$")


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A printable form: its name, the Django template and the context it accepts."""

    name: str
    path: str
    context: type[BaseModel]

    def checked(self, context: Mapping[str, Any]) -> BaseModel:
        """The context as the letter's schema. Raises LetterContextInvalid."""
        try:
            return self.context.model_validate(dict(context))
        except ValidationError as error:
            fields = ", ".join(".".join(str(part) for part in item["loc"]) for item in error.errors())
            raise LetterContextInvalid(f"{self.name}: {fields}") from error


letters: Registry[LetterTemplate] = Registry("letters")
for _letter in (
    LetterTemplate("decision", "documents/letters/decision.html", DecisionContext),
    LetterTemplate("parking_permit", "documents/letters/parking_permit.html", ParkingPermitContext),
):
    letters.register(_letter.name, _letter)


def objection_notice(*, authority: str, address: str) -> str:
    """The usual remedy: Widerspruch within a month (§ 70 (1) VwGO), in the letter's language."""
    return _(
        "Gegen diesen Bescheid können Sie innerhalb eines Monats nach seiner Bekanntgabe Widerspruch "
        "erheben. Richten Sie ihn schriftlich, in elektronischer Form nach § 3a Absatz 2 des "
        "Verwaltungsverfahrensgesetzes oder zur Niederschrift an: %(authority)s, %(address)s."
    ) % {"authority": authority, "address": address}
