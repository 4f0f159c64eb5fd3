"""Forms for the accounts of staff."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.accounts.rules import ADMINISTRATOR, CLERK, EDITOR
from tenants.communes.fields import LineField, MailField

GROUPS = (
    (CLERK, _("Sachbearbeitung: Vorgänge bearbeiten und entscheiden")),
    (EDITOR, _("Redaktion: Seiten und Meldungen schreiben")),
    (ADMINISTRATOR, _("Verwaltung: Leistungen, Erscheinungsbild und Personal")),
)


class ColleagueForm(forms.Form):
    """Name and groups of somebody who works for the commune."""

    name = LineField(label=_("Name"), max_length=150)
    groups = forms.MultipleChoiceField(
        label=_("Aufgaben"),
        choices=GROUPS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Wählen Sie mindestens eine Aufgabe.")},
    )


class InvitationForm(ColleagueForm):
    """The same, with the address the invitation goes to."""

    email = MailField(label=_("E-Mail-Adresse"), help_text=_("Dorthin geht die Einladung."))
    field_order = ("email", "name", "groups")
