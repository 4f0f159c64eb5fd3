"""The brand editor's form. It asks for tokens; what they mean for contrast is worked out by the palette."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.communes.fields import LineField, MeasureField
from themes.colour import LONGEST_COLOUR
from themes.models import Brand
from themes.tokens import BrandTokens
from themes.typefaces import TYPEFACES

SCENE_LABELS = [
    ("gera", _("Gera: Theater und Sonne")),
    ("wurzen", _("Wurzen: Mulde und Türme")),
    ("augustusburg", _("Augustusburg: Schloss am Abend")),
    ("hills", _("Hügel mit Kirche")),
    ("river", _("Fluss mit Brücke")),
    ("coast", _("Küste mit Leuchtturm")),
    ("village", _("Dorf mit Linde")),
]
CREST_LABELS = [
    ("gate", _("Tor")),
    ("boat", _("Boot")),
    ("castle", _("Burg")),
    ("tower", _("Turm")),
    ("tree", _("Baum")),
    ("wave", _("Wellen")),
    ("house", _("Haus")),
]


class BrandForm(forms.Form):
    """One commune's tokens and files."""

    primary = LineField(
        max_length=LONGEST_COLOUR,
        label=_("Hauptfarbe"),
        help_text=_("Für Flächen und Zeichen. Zum Beispiel #a8101c."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    accent = LineField(
        max_length=LONGEST_COLOUR,
        label=_("Akzentfarbe"),
        help_text=_("Für alles, was sofort geht oder einlädt."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    tagline = LineField(
        label=_("Beiname"), help_text=_("Steht über dem Namen, höchstens 60 Zeichen."), max_length=60, required=False
    )
    typeface = forms.ChoiceField(label=_("Schrift"), choices=[(key, face.label) for key, face in TYPEFACES.items()])
    radius = MeasureField(label=_("Eckenradius"), help_text=_("0 eckig, 1 rund."), min_value=0, max_value=2)
    density = MeasureField(
        label=_("Weite"), help_text=_("1 ist normal, 0,8 eng, 1,3 weit."), min_value=0.8, max_value=1.3
    )
    scene = forms.ChoiceField(label=_("Bild auf der Startseite"), choices=SCENE_LABELS)
    crest = forms.ChoiceField(label=_("Zeichen"), choices=CREST_LABELS)
    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("SVG, PNG, JPEG oder WebP, höchstens 1 MB. Ersetzt das Zeichen."),
        required=False,
        widget=forms.FileInput,
    )
    crest_upload = forms.FileField(
        label=_("Wappen"), help_text=_("Für Briefe und Bescheide."), required=False, widget=forms.FileInput
    )
    font = forms.FileField(
        label=_("Eigene Schrift"),
        help_text=_("WOFF2, höchstens 40 kB nach der Verkleinerung. Gilt für Überschriften."),
        required=False,
        widget=forms.FileInput,
    )

    @classmethod
    def values_of(cls, brand: Brand) -> dict[str, Any]:
        """The form's first values."""
        values = {name: getattr(brand, name) for name in cls.token_names()}
        return values | {name: f"{values[name]:g}" for name in ("radius", "density")}

    @classmethod
    def token_names(cls) -> tuple[str, ...]:
        return ("primary", "accent", "tagline", "typeface", "radius", "density", "scene", "crest")

    def tokens(self, before: Brand) -> BrandTokens:
        """Valid tokens. A new typeface brings its own weight and tracking; the same one keeps what it had."""
        values = {name: self.cleaned_data[name] for name in self.token_names()}
        if values["typeface"] == before.typeface:
            values |= {"head_weight": before.head_weight, "head_tracking": before.head_tracking}
        return BrandTokens.from_dict(values)
