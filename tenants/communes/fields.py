"""Fields of Django forms that read text through the one door (`tenants.communes.text`), each with a declared maximum.

Rooms use these instead of Django's `CharField`, `EmailField` and `IntegerField`; a test looks at every form.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants.communes.text import Longest, tidy_line, tidy_prose, tidy_text

LONGEST_ADDRESS = 254  # RFC 5321 § 4.5.3.1.3, without the brackets
LONGEST_NUMBER = 24
TOO_LONG = _("Kürzen Sie den Text auf höchstens %(limit_value)d Zeichen. Jetzt sind es %(show_value)d.")


class LineField(forms.CharField):
    """One line of at most `max_length` signs: a name, a number, an address."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        self.longest = Longest(max_length)
        super().__init__(max_length=max_length, **kwargs)
        self.error_messages.setdefault("max_length", TOO_LONG)

    def to_python(self, value: Any) -> str:
        """Tidy text. Raises ValidationError before it reads what is far too long."""
        typed = "" if value in self.empty_values else str(value)
        if self.longest.is_hopeless(typed):
            counts = {"limit_value": self.longest.signs, "show_value": len(typed)}
            raise ValidationError(self.error_messages["max_length"], code="max_length", params=counts)
        return self.tidy(typed)

    def tidy(self, typed: str) -> str:
        """What is kept of the text."""
        return tidy_line(typed)


class ProseField(LineField):
    """One paragraph of free text."""

    def tidy(self, typed: str) -> str:
        """What is kept of the text."""
        return tidy_prose(typed)


class TextField(LineField):
    """Several lines of free text."""

    def tidy(self, typed: str) -> str:
        """What is kept of the text."""
        return tidy_text(typed)


class MailField(LineField):
    """An e-mail address; spaces around and inside it do not count."""

    widget = forms.EmailInput
    default_validators = forms.EmailField.default_validators

    def __init__(self, *, max_length: int = LONGEST_ADDRESS, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        """The address without spaces."""
        return super().to_python(value).replace(" ", "")


class NumberField(forms.IntegerField):
    """A whole number."""

    def to_python(self, value: Any) -> int | None:
        """The number. Raises ValidationError before it reads what is too long to be one."""
        _refuse_long_number(self, value)
        number: int | None = super().to_python(value)
        return number


class MeasureField(forms.FloatField):
    """A number with decimals."""

    def to_python(self, value: Any) -> Any:
        """The number, or None. Raises ValidationError before it reads what is too long to be one."""
        _refuse_long_number(self, value)
        return super().to_python(value)


def _refuse_long_number(field: forms.Field, value: Any) -> None:
    if len(str(value or "")) > LONGEST_NUMBER:
        raise ValidationError(field.error_messages["invalid"], code="invalid")
