from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from services.documents.plates import LONGEST_PLATE
from tenants.communes.fields import LineField

MAX_UPLOAD_BYTES = 5 * 1024 * 1024


class CodeForm(forms.Form):
    """The code below the QR code. Whether it exists is not the form's question."""

    mistyped = _("Dieser Prüfcode enthält einen Tippfehler. Vergleichen Sie ihn Zeichen für Zeichen.")
    code = LineField(
        label=_("Prüfcode"),
        help_text=_("16 Zeichen, zum Beispiel 7K3F-29MX-4QWD-8TRA. Groß oder klein ist egal."),
        max_length=64,
        error_messages={"required": _("Geben Sie den Prüfcode ein.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class PlateForm(forms.Form):
    """The plate that is printed on the paper."""

    use_required_attribute = False
    plate = LineField(
        label=_("Kennzeichen auf dem Ausdruck"),
        help_text=_("So, wie es auf dem Papier vor Ihnen steht, zum Beispiel G-AB 123."),
        max_length=LONGEST_PLATE,
        error_messages={"required": _("Geben Sie das Kennzeichen ein, das auf dem Papier steht.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class UploadForm(forms.Form):
    """The PDF itself."""

    pdf = forms.FileField(
        label=_("PDF-Datei"),
        help_text=_("Höchstens 5 MB. Wir vergleichen die Datei und speichern sie nicht."),
        error_messages={
            "required": _("Wählen Sie die PDF-Datei aus."),
            "empty": _("Die Datei ist leer. Wählen Sie eine andere aus."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def clean_pdf(self) -> Any:
        file: UploadedFile = self.cleaned_data["pdf"]
        if file.size is None or file.size > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("Die Datei ist größer als 5 MB. Wählen Sie die PDF-Datei aus dem Portal."))
        if b"%PDF-" not in file.read(1024):
            raise forms.ValidationError(_("Das ist keine PDF-Datei. Wählen Sie die PDF-Datei aus dem Portal."))
        file.seek(0)
        return file
