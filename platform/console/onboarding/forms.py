"""The questions of an onboarding."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from services.definitions.queries import all_newest, bundles
from tenants.communes.actions import slug_taken
from tenants.communes.fields import LineField, MailField, NumberField
from tenants.communes.models import CommuneKind
from tenants.communes.naming import validate_slug
from themes.colour import LONGEST_COLOUR
from themes.tokens import BrandError, BrandTokens
from themes.typefaces import TYPEFACES
from themes.uploads import check_image

LARGEST_LOGO = 200_000
RADII = (
    ("0.0", gettext_lazy("eckig")),
    ("0.3", gettext_lazy("leicht gerundet")),
    ("0.6", gettext_lazy("gerundet")),
    ("1.0", gettext_lazy("rund")),
)
SCENES = (
    ("hills", gettext_lazy("Hügel")),
    ("river", gettext_lazy("Fluss")),
    ("village", gettext_lazy("Dorf")),
    ("coast", gettext_lazy("Küste")),
)
LANDS = [
    "Schleswig-Holstein",
    "Hamburg",
    "Niedersachsen",
    "Bremen",
    "Nordrhein-Westfalen",
    "Hessen",
    "Rheinland-Pfalz",
    "Baden-Württemberg",
    "Bayern",
    "Saarland",
    "Berlin",
    "Brandenburg",
    "Mecklenburg-Vorpommern",
    "Sachsen",
    "Sachsen-Anhalt",
    "Thüringen",
]
LAND_CHOICES = [(f"{number:02d}", name) for number, name in enumerate(LANDS, start=1)]


class FreeEntryForm(forms.Form):
    """A commune that the directory does not have: a county, an association of municipalities."""

    official_name = LineField(
        label=gettext_lazy("Amtlicher Name"),
        max_length=200,
        help_text=gettext_lazy("So, wie er im Briefkopf steht, zum Beispiel „Gera, Stadt“ oder „Landkreis Greiz“."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Art"), choices=CommuneKind, widget=forms.RadioSelect)
    land = forms.ChoiceField(label=gettext_lazy("Land"), choices=LAND_CHOICES)
    postcode = LineField(
        max_length=10,
        validators=[RegexValidator(r"^[0-9]{5}$")],
        label=gettext_lazy("Postleitzahl"),
        error_messages={"invalid": gettext_lazy("Eine Postleitzahl hat fünf Ziffern.")},
    )
    inhabitants = NumberField(label=gettext_lazy("Einwohner"), min_value=0, max_value=20_000_000, localize=True)


class AddressForm(forms.Form):
    """What the commune is called on screen and where its portal is found."""

    slug = LineField(
        label=gettext_lazy("Adresse des Portals"),
        max_length=41,
        help_text=gettext_lazy("Kleinbuchstaben, Ziffern und Bindestriche. Eine eigene Domain kommt später dazu."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).strip().lower().removesuffix(f".{settings.BASE_DOMAIN}")
        validate_slug(slug)
        if slug_taken(slug):
            raise ValidationError(
                _("Die Adresse „%(slug)s“ ist schon vergeben. Wählen Sie eine andere."), params={"slug": slug}
            )
        return slug


class ColourField(LineField):
    """A colour, picked or typed."""

    widget = forms.TextInput(attrs={"type": "color"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_COLOUR, **kwargs)


class BrandForm(forms.Form):
    """The few decisions a look is derived from."""

    tagline = LineField(
        label=gettext_lazy("Beiname"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Steht klein über dem Namen, zum Beispiel „Otto-Dix-Stadt“."),
    )
    primary = ColourField(
        label=gettext_lazy("Hauptfarbe"),
        help_text=gettext_lazy("Kopf der Seiten und Knöpfe."),
    )
    accent = ColourField(
        label=gettext_lazy("Akzentfarbe"),
        help_text=gettext_lazy("Was einlädt oder sofort geht."),
    )
    typeface = forms.ChoiceField(
        label=gettext_lazy("Schrift"), choices=[(f.key, f.label) for f in TYPEFACES.values()], widget=forms.RadioSelect
    )
    radius = forms.ChoiceField(label=gettext_lazy("Ecken"), choices=RADII, widget=forms.RadioSelect)
    scene = forms.ChoiceField(label=gettext_lazy("Bild im Kopf"), choices=SCENES, widget=forms.RadioSelect)
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("SVG, PNG, JPEG oder WebP, höchstens 200 kB. Ohne Logo steht ein Zeichen von uns."),
        widget=forms.FileInput(attrs={"accept": ".svg,.png,.jpg,.jpeg,.webp,image/*"}),
    )

    def clean_logo(self) -> dict[str, str] | None:
        """The checked logo as it can wait in the answers: its name and content in base64."""
        upload = self.cleaned_data["logo"]
        if not upload:
            return None
        if upload.size > LARGEST_LOGO:
            raise ValidationError(_("Das Logo ist größer als 200 kB. Verkleinern Sie es oder nehmen Sie ein SVG."))
        try:
            checked = check_image("logo", upload)
        except BrandError as error:
            raise ValidationError(error.sentence) from error
        return {
            "name": checked.name,
            "shown": upload.name[:80],
            "base64": base64.b64encode(checked.content).decode(),
        }

    def clean(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in BRAND_TOKENS if name in self.cleaned_data}
        try:
            BrandTokens.from_dict(values)
        except BrandError as error:
            self.add_error(error.field if error.field in self.fields else None, error.sentence)
        return self.cleaned_data


BRAND_TOKENS = ("tagline", "primary", "accent", "typeface", "radius", "scene")


class BundleForm(forms.Form):
    """Which services the portal begins with."""

    bundle = forms.ChoiceField(
        label=gettext_lazy("Mit welchen Leistungen beginnt das Portal?"),
        widget=forms.RadioSelect,
        initial="start",
        help_text=gettext_lazy("Die Kommune kann jederzeit welche hinzunehmen oder weglassen."),
        error_messages={"required": gettext_lazy("Wählen Sie aus, womit das Portal beginnt.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {each.key for each in all_newest()}
        self.fields["bundle"].choices = [  # type: ignore[attr-defined]
            (each.key, f"{each.title} ({len(known.intersection(each.definitions))}) – {each.text}")
            for each in bundles(get_language() or "de")
        ]


class AdministratorForm(forms.Form):
    """Who gets the first account."""

    admin_email = MailField(
        label=gettext_lazy("E-Mail-Adresse der ersten Verwalterin oder des ersten Verwalters"),
        help_text=gettext_lazy("An diese Adresse geht die Einladung. Wer sie annimmt, lädt die anderen ein."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_admin_email(self) -> str:
        return str(self.cleaned_data["admin_email"]).lower()


class ReasonForm(forms.Form):
    """Why a portal is closed."""

    reason = LineField(
        label=gettext_lazy("Warum wird das Portal geschlossen?"),
        max_length=300,
        help_text=gettext_lazy("Steht im Protokoll. Besucherinnen und Besucher sehen den Grund nicht."),
    )
