"""What administrators fill in about an offering."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.communes.fields import LineField, MailField, NumberField, TextField

from . import texts
from .faults import ZoneSyntaxError
from .models import Place
from .offered import OfferedService
from .zones import read_zones, write_zones

_AMOUNT = re.compile(r"^(\d{1,3}(?:\.\d{3})+|\d{1,6})(?:[,.](\d{1,2}))?$")

_POSTCODE = re.compile(r"^[0-9]{5}$")


def cents_of(text: str) -> int:
    """„30,70“ as 3070. Raises ValidationError."""
    found = _AMOUNT.match(text.replace("€", "").replace("\xa0", "").strip())
    if found is None:
        raise ValidationError(gettext("Geben Sie einen Betrag an, zum Beispiel 30,70."))
    return int(found[1].replace(".", "")) * 100 + int((found[2] or "0").ljust(2, "0"))


class FeeForm(forms.Form):
    """The commune's own fee; empty takes the shared one."""

    fee = LineField(label=_("Gebühr in Euro"), required=False, max_length=12)
    fee.widget.attrs["inputmode"] = "decimal"

    def clean_fee(self) -> int | None:
        """Cents, or None."""
        text = self.cleaned_data["fee"].strip()
        return cents_of(text) if text else None


class TownHallForm(forms.Form):
    """Where the town hall is. Without it no notice can say whose it is."""

    use_required_attribute = False
    street = LineField(
        label=_("Straße und Hausnummer"),
        max_length=120,
        error_messages={"required": _("Geben Sie Straße und Hausnummer an.")},
    )
    postcode = LineField(
        max_length=10,
        validators=[RegexValidator(_POSTCODE)],
        label=_("Postleitzahl"),
        error_messages={
            "required": _("Geben Sie die Postleitzahl an."),
            "invalid": _("Eine Postleitzahl hat fünf Ziffern."),
        },
    )
    city = LineField(label=_("Ort"), max_length=80, error_messages={"required": _("Geben Sie den Ort an.")})
    phone = LineField(label=_("Telefon"), max_length=40, required=False)
    email = MailField(label=_("E-Mail-Adresse"), required=False)

    @classmethod
    def of(cls, place: Place, data: Any = None) -> TownHallForm:
        """The form with the present address."""
        return cls(data, initial={name: getattr(place, name) for name in cls.base_fields})


class RankForm(forms.Form):
    """Where an offering stands among the most wanted."""

    position = NumberField(label=_("Rang"), min_value=0, max_value=9999)


class ZonesForm(forms.Form):
    """The zones as one text, a street per line, and the postcodes in which they lie."""

    postcodes = LineField(
        label=_("Postleitzahlen"),
        required=False,
        max_length=400,
        help_text=_("Nur Adressen mit diesen Postleitzahlen liegen in den Zonen. Leer: die der Standorte."),
    )

    zones = TextField(
        label=_("Zonen und Straßen"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        help_text=_("Eine Straße je Zeile. Beispiel: „Zone A: Innenstadt“, darunter „Sorge 1–60 gerade“."),
    )

    @classmethod
    def of(cls, service: OfferedService, data: Any = None) -> ZonesForm:
        """The form with the present zones."""
        postcodes = " ".join(service.settings.get("postcodes") or ())
        initial = {"zones": write_zones(service.settings.get("zones") or ()), "postcodes": postcodes}
        form = cls(data, initial=initial)
        if service.definition and "postcodes" not in service.definition.settings:
            del form.fields["postcodes"]
        return form

    def clean_postcodes(self) -> list[str]:
        """The postcodes in order, each once."""
        written = self.cleaned_data["postcodes"].replace(",", " ").split()
        if wrong := [each for each in written if not _POSTCODE.match(each)]:
            raise ValidationError(
                gettext("„%(text)s“ ist keine Postleitzahl. Sie hat fünf Ziffern.") % {"text": wrong[0]}
            )
        return list(dict.fromkeys(written))

    def clean_zones(self) -> str:
        """The text, if it can be understood."""
        text: str = self.cleaned_data["zones"]
        try:
            read_zones(text)
        except ZoneSyntaxError as error:
            raise ValidationError(list(error.faults)) from error
        return text


class TextsForm(forms.Form):
    """All text modules of one language; an empty one is the shared text."""

    def __init__(self, service: OfferedService, data: Any = None) -> None:
        own = service.overrides.get(service.language, {})
        super().__init__(data, initial={name: texts.written(name, own.get(name)) for name in texts.ORDER})
        for name in texts.ORDER:
            shared = texts.written(name, service.shared_module(name))
            lines = max(3, min(9, shared.count("\n") + len(shared) // 60 + 1))
            short = name in texts.ONE_LINE
            self.fields[name] = (LineField if short else TextField)(
                label=texts.LABELS[name],
                help_text=texts.HINTS.get(name, ""),
                required=False,
                max_length=12_000,
                widget=forms.TextInput({"lang": service.language})
                if short
                else forms.Textarea({"rows": lines, "lang": service.language}),
            )
        self.service = service

    def rows(self) -> list[tuple[str, forms.BoundField, str, bool]]:
        """Name, field, shared text and whether the commune has its own, in the order of the page."""
        own = self.service.overrides.get(self.service.language, {})
        return [
            (name, self[name], texts.written(name, self.service.shared_module(name)), name in own)
            for name in texts.ORDER
        ]

    def changed_modules(self) -> dict[str, Any]:
        """What was typed differently from what is stored, as values of modules."""
        return {name: texts.read(name, self.cleaned_data[name]) for name in self.changed_data}
