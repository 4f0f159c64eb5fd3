"""How long a password must be: whoever sees other people's data needs a longer one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CITIZENS = 8
STAFF = 12


def shortest_password(user: Any) -> int:
    """How many characters a password of this account must have; None counts as a citizen."""
    return STAFF if getattr(user, "is_staff", False) else CITIZENS


class LengthValidator:
    """Django's MinimumLengthValidator with two lengths; the kind of account decides."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that is too short for this account."""
        length = shortest_password(user)
        if len(password) < length:
            text = _("Das Passwort ist zu kurz. Es braucht mindestens %(length)d Zeichen.") % {"length": length}
            raise ValidationError(text, code="password_too_short")

    def get_help_text(self) -> str:
        """For forms that don't know yet whose password it will be."""
        text = _("Mindestens %(length)d Zeichen, bei Konten der Verwaltung und des Betreibers %(staff)d.")
        return text % {"length": CITIZENS, "staff": STAFF}


def length_hint(user: Any) -> str:
    """How this account's password must be, and how to find one."""
    text = _(
        "Mindestens %(length)d Zeichen, und keines, das viele benutzen. "
        "Drei zufällige Wörter sind leicht zu merken und schwer zu raten."
    )
    return text % {"length": shortest_password(user)}
