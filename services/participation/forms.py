"""What people fill in about ideas."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.communes.fields import LineField, MailField, ProseField, TextField
from tenants.mails.texts import name_for_mail

from .models import LONGEST, SHORTEST, ReportReason


class IdeaForm(forms.Form):
    """An idea, where it belongs, and an address to confirm it. `website` is bait: people don't see it."""

    text = ProseField(
        label=_("Was möchten Sie anstoßen?"),
        min_length=SHORTEST,
        max_length=LONGEST,
        help_text=_("Höchstens 280 Zeichen. Ein Gedanke genügt, den Rest entwickeln Sie später mit anderen."),
        widget=forms.Textarea(attrs={"rows": 4, "data-count": str(LONGEST)}),
        error_messages={
            "required": _("Schreiben Sie Ihre Idee auf."),
            "min_length": _("Schreiben Sie mindestens 10 Zeichen."),
            "max_length": _("Kürzen Sie Ihre Idee auf 280 Zeichen. Es sind %(show_value)d."),
        },
    )
    district = forms.ChoiceField(label=_("Ortsteil"), required=False)
    author_name = LineField(
        label=_("Ihr Name, wie er bei der Idee stehen soll"),
        max_length=60,
        required=False,
        help_text=_("Ohne Namen erscheint die Idee ohne Namen."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = MailField(
        label=_("Ihre E-Mail-Adresse"),
        help_text=_("Wir zeigen sie niemandem. Sie bekommen einen Link, mit dem Sie die Idee veröffentlichen."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Geben Sie Ihre E-Mail-Adresse an."),
            "invalid": _("Prüfen Sie die E-Mail-Adresse, zum Beispiel name@beispiel.de."),
        },
    )
    website = LineField(
        max_length=200, required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )

    def __init__(self, districts: list[str], data: Any = None) -> None:
        super().__init__(data)
        choices = [("", _("in der ganzen Kommune")), *((name, name) for name in districts)]
        self.fields["district"].choices = choices  # type: ignore[attr-defined]
        # the browser counts line breaks differently: the server decides
        del self.fields["text"].widget.attrs["maxlength"]

    @property
    def is_bait_taken(self) -> bool:
        """Whether a machine filled in what people don't see."""
        return bool(self.data.get("website"))

    def clean_author_name(self) -> str:
        """A name and nothing else: it stands on the portal."""
        given: str = self.cleaned_data["author_name"]
        if given and not name_for_mail(given):
            raise forms.ValidationError(_("Schreiben Sie nur Ihren Namen, ohne Zahlen, Adressen und Links."))
        return given


class ReportForm(forms.Form):
    """What is wrong with an idea."""

    reason = forms.ChoiceField(
        label=_("Was stimmt nicht?"),
        choices=ReportReason,
        widget=forms.RadioSelect,
        error_messages={"required": _("Wählen Sie, was nicht stimmt.")},
    )
    note = TextField(
        label=_("Möchten Sie etwas dazu sagen?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
