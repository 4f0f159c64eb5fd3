"""What an operator writes when a commune leaves."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.communes.fields import LineField


class LifecycleForm(forms.Form):
    """Why; it stands in the record."""

    reason = LineField(label=_("Grund"), max_length=300, help_text=_("Steht im Protokoll."))


class DeletionForm(LifecycleForm):
    """Why, and the name typed again."""

    typed_name = LineField(
        label=_("Name der Kommune"),
        max_length=200,
        help_text=_("Geben Sie zur Bestätigung den Namen der Kommune ein."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
