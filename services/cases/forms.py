"""The small forms of this room; applications come from `services.forms`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.cases.numbers import canonical_number
from tenants.communes.fields import LineField, TextField


class TrackForm(forms.Form):
    """Number and code of a case."""

    use_required_attribute = False
    number = LineField(
        label=_("Vorgangsnummer"),
        help_text=_("Steht in der Bestätigung, zum Beispiel GE-7K3F-29MX"),
        max_length=40,
        error_messages={"required": _("Geben Sie die Vorgangsnummer ein.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    code = LineField(
        label=_("Zugangscode"),
        help_text=_("Acht Zeichen, auch aus der Bestätigung"),
        max_length=40,
        error_messages={"required": _("Geben Sie den Zugangscode ein.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )

    def clean_number(self) -> str:
        number = canonical_number(self.cleaned_data["number"])
        if number is None:
            raise forms.ValidationError(_("Prüfen Sie die Nummer: Ein Zeichen fehlt oder ist vertauscht."))
        return number


class MessageForm(forms.Form):
    """What the applicant writes about the case."""

    use_required_attribute = False
    text = TextField(
        label=_("Ihre Nachricht"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Schreiben Sie Ihre Nachricht in das Feld."),
            "max_length": _("Kürzen Sie Ihre Nachricht auf höchstens 2000 Zeichen."),
        },
    )


class QuestionForm(MessageForm):
    """What a clerk asks the applicant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Frage an die antragstellende Person")
        self.fields["text"].help_text = _("Kommt per E-Mail an. Die Frist ruht, bis die Antwort da ist.")


class DecisionForm(forms.Form):
    """A decision by hand."""

    use_required_attribute = False
    outcome = forms.ChoiceField(
        label=_("Entscheidung"),
        choices=[("grant", _("Bewilligen")), ("reject", _("Ablehnen"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Wählen Sie aus, wie Sie entscheiden.")},
    )
    zone = forms.ChoiceField(
        label=_("Zone"),
        help_text=_("Nur nötig, wenn Sie bewilligen und die Adresse in keiner Zone liegt."),
        required=False,
    )
    reason = TextField(
        label=_("Begründung"),
        help_text=_("Steht so im Bescheid. Bei einer Ablehnung ist sie nötig."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, zones: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if zones:
            self.fields["zone"].choices = [("", _("Bitte wählen")), *zones]  # type: ignore[attr-defined]
        else:
            del self.fields["zone"]

    @property
    def facts(self) -> dict[str, str]:
        """What the clerk found out."""
        zone = self.cleaned_data.get("zone")
        return {"zone": zone} if zone else {}
