"""The kinds of question: how each reads what people type, what it says when it can't, and how it shows the
answer.

Answers are plain JSON values. `clean(as_raw(value)) == value` for every value that `clean` has returned. Each kind says
how long its inputs may be (`longest`), and what is longer is refused before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from services.forms.plates import LONGEST_TYPED, normalise_plate
from services.forms.uploads import UploadRefused, check_upload
from tenants.communes.scanning import UploadUnwanted, scan_upload
from tenants.communes.text import Longest, tidy_line, tidy_text
from tenants.mails.texts import has_link

from .context import FormContext
from .model import Field

LONGEST_ADDRESS = 254  # RFC 5321
LONGEST_NUMBER, LONGEST_POSTCODE = 20, 10
_NUMERIC_DATE = re.compile(r"([0-9]{1,2})[. /-]+([0-9]{1,2})[. /-]+([0-9]{4})")
_HOUSE_NUMBER = re.compile(r"([0-9]{1,4}) ?([a-zA-Z]?)(?: ?([-/]) ?([0-9]{1,4}) ?([a-zA-Z]?))?")
_PHONE = re.compile(r"\+?[0-9][0-9 ]{4,24}")
ADDRESS_PARTS = ("street", "number", "postcode", "city")
# what stands on sealed documents and on the desk as a person's name
NAMES = frozenset({"applicant.given_name", "applicant.family_name"})


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A value, or what is wrong: sentences by the name of the input. `value` None means: nothing given."""

    value: Any = None
    errors: Mapping[str, str] = attribute(default_factory=dict)


class Kind(Protocol):
    """What every kind of question can do."""

    def inputs(self, field: Field) -> tuple[str, ...]:
        """Names of the inputs in the page."""

    def longest(self, field: Field) -> dict[str, int]:
        """How many signs each input may have; for a file, how many bytes."""

    def clean(self, field: Field, raw: Mapping[str, Any], context: FormContext) -> Cleaned:
        """Read the inputs. Nothing given is no error here; whether that is allowed is the step's business."""

    def missing(self, field: Field, context: FormContext) -> str:
        """The sentence for an answer that is needed and not given."""

    def as_raw(self, field: Field, value: Any) -> dict[str, Any]:
        """The inputs that would give this value."""

    def show(self, field: Field, value: Any, language: str) -> str:
        """The answer for people, in the summary and in letters."""


class _Typed:
    """What all kinds but files have in common: inputs of text, each with a maximum, read through the one door."""

    def inputs(self, field: Field) -> tuple[str, ...]:
        return tuple(self.longest(field))

    def longest(self, field: Field) -> dict[str, int]:
        raise NotImplementedError

    def tidy(self, typed: str) -> str:
        return tidy_line(typed)

    def clean(self, field: Field, raw: Mapping[str, Any], context: FormContext) -> Cleaned:
        typed: dict[str, str] = {}
        errors: dict[str, str] = {}
        for name, most in self.longest(field).items():
            text, longest = str(raw.get(name) or ""), Longest(most)
            typed[name] = text if longest.is_hopeless(text) else self.tidy(text)
            if longest.is_exceeded(typed[name]):
                errors[name] = _too_long(most, len(typed[name]))
        if errors:
            return Cleaned(errors=errors)
        return self.read(field, typed, context) if any(typed.values()) else Cleaned()

    def read(self, field: Field, typed: Mapping[str, str], context: FormContext) -> Cleaned:
        """The value of what was typed: tidy, no longer than allowed, and not all of it empty."""
        raise NotImplementedError


class _OneInput(_Typed):
    most = 0

    def longest(self, field: Field) -> dict[str, int]:
        return {field.key: self.most}

    def missing(self, field: Field, context: FormContext) -> str:
        if field.missing:
            return context.fill(field.missing.in_language(context.spoken))
        return self.ask(field, context)

    def ask(self, field: Field, context: FormContext) -> str:
        return _("Füllen Sie das Feld „%(label)s“ aus.") % {"label": field.label.in_language(context.spoken)}

    def invalid(self, field: Field, context: FormContext, default: str) -> Cleaned:
        sentence = context.fill(field.invalid.in_language(context.spoken)) if field.invalid else default
        return Cleaned(errors={field.key: sentence})

    def as_raw(self, field: Field, value: Any) -> dict[str, Any]:
        return {field.key: value}

    def show(self, field: Field, value: Any, language: str) -> str:
        return str(value)


class TextKind(_OneInput):
    """One line. A person's name is no link and no address."""

    def longest(self, field: Field) -> dict[str, int]:
        return {field.key: field.max_length}

    def read(self, field: Field, typed: Mapping[str, str], context: FormContext) -> Cleaned:
        value = typed[field.key]
        if field.meaning in NAMES and has_link(value):
            return self.invalid(field, context, _("Schreiben Sie nur den Namen, ohne Adressen und Links."))
        return Cleaned(value)


class TextareaKind(TextKind):
    """Several lines."""

    def tidy(self, typed: str) -> str:
        return tidy_text(typed)


class EmailKind(_OneInput):
    """An e-mail address; the part after the @ in small letters."""

    most = LONGEST_ADDRESS

    def ask(self, field: Field, context: FormContext) -> str:
        return _("Geben Sie Ihre E-Mail-Adresse ein.")

    def read(self, field: Field, typed: Mapping[str, str], context: FormContext) -> Cleaned:
        value = typed[field.key].replace(" ", "")
        name, at, host = value.rpartition("@")
        value = f"{name}{at}{host.lower()}"
        try:
            validate_email(value)
        except ValidationError:
            example = "erika.muster@example.de"
            message = _("Geben Sie Ihre E-Mail-Adresse so ein: %(example)s.") % {"example": example}
            return self.invalid(field, context, message)
        return Cleaned(value)


class PhoneKind(_OneInput):
    """A telephone number: digits in groups, an optional + in front."""

    most = 40

    def ask(self, field: Field, context: FormContext) -> str:
        return _("Geben Sie Ihre Telefonnummer ein.")

    def tidy(self, typed: str) -> str:
        return tidy_line(re.sub(r"[-–/().]", " ", typed))

    def read(self, field: Field, typed: Mapping[str, str], context: FormContext) -> Cleaned:
        value = typed[field.key]
        if not _PHONE.fullmatch(value):
            example = "0365 123456"
            message = _("Geben Sie Ihre Telefonnummer mit Vorwahl ein, zum Beispiel %(example)s.")
            return self.invalid(field, context, message % {"example": example})
        return Cleaned(value)


class DateKind(_OneInput):
    """A day, typed as 27.3.1984 (or 1984-03-27), kept as ISO 8601."""

    most = 20

    def ask(self, field: Field, context: FormContext) -> str:
        return _("Geben Sie ein Datum ein, zum Beispiel 27.3.1984.")

    def read(self, field: Field, typed: Mapping[str, str], context: FormContext) -> Cleaned:
        day = _read_date(typed[field.key])
        if day is None:
            return self.invalid(field, context, _("Geben Sie das Datum so ein: 27.3.1984."))
        earliest, latest = _limit(field.not_before, context), _limit(field.not_after, context)
        if earliest and day < earliest:
            message = _("Das Datum darf nicht vor dem %(day)s liegen.") % {"day": date_format(earliest, "j.n.Y")}
            return self.invalid(field, context, message)
        if latest and day > latest:
            message = _("Das Datum darf nicht nach dem %(day)s liegen.") % {"day": date_format(latest, "j.n.Y")}
            return self.invalid(field, context, message)
        return Cleaned(day.isoformat())

    def as_raw(self, field: Field, value: Any) -> dict[str, Any]:
        day = date.fromisoformat(value)
        return {field.key: f"{day.day:02}.{day.month:02}.{day.year:04}"}

    def show(self, field: Field, value: Any, language: str) -> str:
        day = date.fromisoformat(value)
        return f"{day.day:02}.{day.month:02}.{day.year:04}"


class ChoiceKind(_OneInput):
    """One of a few answers."""

    most = 60

    def ask(self, field: Field, context: FormContext) -> str:
        return _("Wählen Sie eine Antwort aus.")

    def read(self, field: Field, typed: Mapping[str, str], context: FormContext) -> Cleaned:
        value = typed[field.key]
        if value not in {option.value for option in field.options}:
            return self.invalid(field, context, _("Wählen Sie eine der Antworten aus."))
        return Cleaned(value)

    def show(self, field: Field, value: Any, language: str) -> str:
        labels = {option.value: option.label.in_language(language) for option in field.options}
        return labels.get(value, str(value))


class CheckboxKind(_OneInput):
    """A declaration: ticked, or nothing."""

    most = 10

    def ask(self, field: Field, context: FormContext) -> str:
        return _("Setzen Sie das Häkchen, wenn Sie zustimmen. Ohne diese Erklärung geht es nicht weiter.")

    def read(self, field: Field, typed: Mapping[str, str], context: FormContext) -> Cleaned:
        ticked = typed[field.key] in ("on", "true", "True", "1", "yes")
        return Cleaned(True if ticked else None)

    def as_raw(self, field: Field, value: Any) -> dict[str, Any]:
        return {field.key: "on"} if value else {}

    def show(self, field: Field, value: Any, language: str) -> str:
        return _("Ja") if value else _("Nein")


class PlateKind(_OneInput):
    """A German licence plate, kept as „G-AB 123“."""

    most = LONGEST_TYPED

    def ask(self, field: Field, context: FormContext) -> str:
        return _("Geben Sie Ihr Kennzeichen so ein: %(example)s.") % {"example": context.plate_example}

    def read(self, field: Field, typed: Mapping[str, str], context: FormContext) -> Cleaned:
        plate = normalise_plate(typed[field.key], context.plate_districts)
        if plate is None:
            return self.invalid(field, context, self.ask(field, context))
        return Cleaned(plate)


class AddressKind(_Typed):
    """Street, house number, postcode and town in four inputs."""

    def longest(self, field: Field) -> dict[str, int]:
        most = {"number": LONGEST_NUMBER, "postcode": LONGEST_POSTCODE}
        return {f"{field.key}_{part}": most.get(part, field.max_length) for part in ADDRESS_PARTS}

    def read(self, field: Field, typed: Mapping[str, str], context: FormContext) -> Cleaned:
        parts = {part: typed[f"{field.key}_{part}"] for part in ADDRESS_PARTS}
        number = _read_house_number(parts["number"])
        asks = _address_asks()
        errors = {part: asks[part] for part in ADDRESS_PARTS if not parts[part]}
        if parts["number"] and number is None:
            errors["number"] = _("Geben Sie die Hausnummer so ein: 12 oder 12a.")
        if parts["postcode"] and not re.fullmatch(r"[0-9]{5}", parts["postcode"]):
            errors["postcode"] = _("Geben Sie die Postleitzahl mit fünf Ziffern ein.")
        if errors:
            return Cleaned(errors={f"{field.key}_{part}": sentence for part, sentence in errors.items()})
        return Cleaned({**parts, "number": number})

    def missing(self, field: Field, context: FormContext) -> str:
        if field.missing:
            return context.fill(field.missing.in_language(context.spoken))
        return _("Geben Sie Ihre Adresse ein.")

    def as_raw(self, field: Field, value: Any) -> dict[str, Any]:
        return {f"{field.key}_{part}": value[part] for part in ADDRESS_PARTS}

    def show(self, field: Field, value: Any, language: str) -> str:
        return "{street} {number}, {postcode} {city}".format(**value)


class FileKind(_OneInput):
    """An uploaded file. The answer says which: {"upload": id, "name", "size", "type"}; before it is stored,
    no id.
    """

    def longest(self, field: Field) -> dict[str, int]:
        return {field.key: field.max_bytes}

    def ask(self, field: Field, context: FormContext) -> str:
        return _("Wählen Sie eine Datei aus.")

    def clean(self, field: Field, raw: Mapping[str, Any], context: FormContext) -> Cleaned:
        given = raw.get(field.key)
        if not given:
            return Cleaned()
        if isinstance(given, Mapping):
            return Cleaned(dict(given))
        if not hasattr(given, "read"):
            return self.invalid(field, context, self.ask(field, context))
        try:
            content_type = check_upload(given, field.accept, field.max_bytes)
            scan_upload(given)
        except (UploadRefused, UploadUnwanted) as refusal:
            return Cleaned(errors={field.key: str(refusal)})
        name = tidy_line(given.name)[-150:] or "datei"
        return Cleaned({"name": name, "size": given.size, "type": content_type})

    def show(self, field: Field, value: Any, language: str) -> str:
        return str(value["name"])


KINDS: dict[str, Kind] = {
    "text": TextKind(),
    "textarea": TextareaKind(),
    "email": EmailKind(),
    "phone": PhoneKind(),
    "date": DateKind(),
    "choice": ChoiceKind(),
    "checkbox": CheckboxKind(),
    "address": AddressKind(),
    "licence_plate": PlateKind(),
    "file": FileKind(),
}


def _too_long(limit: int, count: int) -> str:
    message = _("Kürzen Sie den Text auf höchstens %(limit)d Zeichen. Jetzt sind es %(count)d.")
    return message % {"limit": limit, "count": count}


def _address_asks() -> dict[str, str]:
    return {
        "street": _("Geben Sie die Straße ein."),
        "number": _("Geben Sie die Hausnummer ein."),
        "postcode": _("Geben Sie die Postleitzahl ein."),
        "city": _("Geben Sie den Ort ein."),
    }


def _read_date(typed: str) -> date | None:
    match = _NUMERIC_DATE.fullmatch(typed)
    try:
        if match:
            return date(int(match[3]), int(match[2]), int(match[1]))
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _read_house_number(typed: str) -> str | None:
    match = _HOUSE_NUMBER.fullmatch(typed)
    if match is None:
        return None
    first = match[1] + match[2].lower()
    return f"{first}{match[3]}{match[4]}{match[5].lower()}" if match[3] else first


def _limit(limit: str | None, context: FormContext) -> date | None:
    if limit is None:
        return None
    return context.date if limit == "today" else date.fromisoformat(limit)
