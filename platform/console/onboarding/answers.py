"""The answers of an onboarding as they are checked before ordering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from console.models import Onboarding
from console.onboarding.forms import LAND_CHOICES, RADII, SCENES
from services.definitions.queries import bundle
from themes.typefaces import TYPEFACES


@dataclass(frozen=True, slots=True)
class Row:
    """One answer with the page where it is changed ("" where it can't be)."""

    label: str
    value: str
    url: str = ""


def rows_of(onboarding: Onboarding) -> list[Row]:
    """All answers in the order of the pages."""
    a = onboarding.answers

    def change(step: str) -> str:
        return reverse("console_onboarding_step", args=[onboarding.pk, step]) + "?check"

    place = [a.get("postcode", ""), dict(LAND_CHOICES).get(a.get("land", ""), "")]
    return [
        Row(_("Amtlicher Name"), a["official_name"]),
        Row(_("Regionalschlüssel"), a.get("ars") or _("keiner (freie Eingabe)")),
        Row(_("Ort"), " ".join(part for part in place if part)),
        Row(_("Einwohner"), number_format(a.get("inhabitants", 0), force_grouping=True)),
        Row(_("Adresse des Portals"), f"{a['slug']}.{settings.BASE_DOMAIN}", change("adresse")),
        Row(_("Erscheinungsbild"), _look(a), change("gestalt")),
        Row(_("Logo"), _logo(a), change("gestalt")),
        Row(_("Leistungen"), bundle(a["bundle"], get_language() or "de").title, change("leistungen")),
        Row(_("Einladung an"), a["admin_email"], change("verwaltung")),
    ]


def _look(a: dict[str, Any]) -> str:
    parts = [
        a.get("tagline", ""),
        f"{a['primary']} / {a['accent']}",
        TYPEFACES[a["typeface"]].label,
        str(dict(RADII).get(a["radius"], a["radius"])),
        str(dict(SCENES).get(a["scene"], a["scene"])),
    ]
    return "\n".join(part for part in parts if part)


def _logo(a: dict[str, Any]) -> str:
    return str(a["logo"]["shown"]) if a.get("logo") else _("keines")
