"""Content of the styleguide's sample pages. Invented, and never shown to citizens."""

from __future__ import annotations

from typing import Any

from django import forms

from tenants.communes.fields import LineField, TextField

ERRANDS = (
    ("Bewohnerparken beantragen", "Ausweis sofort zum Ausdrucken", "sofort", "now"),
    ("Wohnsitz ummelden", "Nach dem Umzug, innerhalb von zwei Wochen", "Termin", ""),
    ("Hund anmelden", "Steuer und Marke in einem Schritt", "sofort", "now"),
    ("Gewerbe anmelden", "Bestätigung am selben Tag", "online", ""),
    ("Personalausweis beantragen", "Mit Termin im Bürgerservice", "Termin", ""),
    ("Straße sperren lassen", "Umzug, Gerüst, Baustelle, Fest", "online", ""),
    ("Feuer anzeigen", "Osterfeuer und andere Brauchtumsfeuer", "sofort", "now"),
    ("Urkunde bestellen", "Geburt, Ehe, Sterbefall", "online", ""),
    ("Wohngeld beantragen", "Zuschuss zu Miete oder Eigenheim", "online", ""),
    ("Straßenausbaubeitragsbescheinigung beantragen", "Für Grundstückseigentümerinnen und -eigentümer", "online", ""),
)

HISTORY = [
    {"title": "Antrag eingegangen", "when": "Sonntag, 22. November 2026, 15:02 Uhr"},
    {"title": "Gebühr bezahlt: 30,70 €", "when": "15:03 Uhr", "href": "#", "link": "Beleg"},
    {
        "title": "Geprüft und bewilligt",
        "when": "15:03 Uhr",
        "text": "vom System entschieden, weil alle Voraussetzungen erfüllt sind",
        "href": "#",
        "link": "Gründe ansehen",
    },
    {"title": "Als Nächstes: verlängern", "text": "Wir erinnern Sie am 21. Oktober 2027.", "state": "next"},
]


class SampleForm(forms.Form):
    """One field of every kind."""

    use_required_attribute = False
    k = LineField(
        max_length=20,
        label="Kennzeichen",
        help_text="Wie auf dem Nummernschild, zum Beispiel G AB 123",
        error_messages={"required": "Bitte geben Sie Ort, Buchstaben und Zahl an."},
    )
    m = LineField(
        max_length=254,
        label="Hersteller und Modell",
        required=False,
        help_text="Hilft, wenn das Kennzeichen unleserlich ist.",
    )
    own = forms.ChoiceField(
        label="Ist das Auto auf Sie zugelassen?",
        choices=[("y", "Ja"), ("n", "Nein, ich nutze es dauerhaft")],
        widget=forms.RadioSelect,
        error_messages={"required": "Bitte wählen Sie eine Antwort."},
    )
    z = forms.ChoiceField(label="Zone", choices=[("A", "Innenstadt"), ("B", "Bahnhof")], required=False)
    f = forms.FileField(label="Erklärung der Halterin oder des Halters", required=False, help_text="Foto oder PDF")
    t = TextField(max_length=500, label="Bemerkung", required=False, widget=forms.Textarea)
    ok = forms.BooleanField(
        label="Ich habe die Hinweise zum Datenschutz gelesen.",
        error_messages={"required": "Bitte bestätigen Sie das Kästchen."},
    )


def sample_context() -> dict[str, Any]:
    """What the sample pages show."""
    return {
        "menu": [
            {"title": title, "url": "#", "current": title == "Anliegen"}
            for title in ("Anliegen", "Mitmachen", "Rathaus", "Aktuelles")
        ],
        "contact": {"address": "Markt 1\n01234 Musterstadt"},
        "errands": [
            {"title": title, "teaser": teaser, "tag": tag, "kind": kind, "url": "#"}
            for title, teaser, tag, kind in ERRANDS
        ],
        "popular": [{"title": title, "url": "#"} for title in ("Bewohnerparken", "Hund anmelden", "Umzug")],
        "trail": [{"title": title, "url": "#"} for title in ("Startseite", "Anliegen", "Auto und Verkehr")],
        "facts": [
            {"label": "Kosten", "value": "30,70 €", "note": "für ein Jahr"},
            {"label": "Dauer", "value": "sofort", "note": "wenn alle Angaben stimmen"},
            {"label": "Sie erhalten", "value": "PDF", "note": "mit Siegel, zum Ausdrucken"},
        ],
        "need": [
            {"title": "Ihr Kennzeichen", "text": "Steht im Fahrzeugschein, Feld A"},
            {"title": "Hauptwohnsitz in der Zone", "text": "Wir prüfen die Adresse beim Ausfüllen"},
            {"title": "Nachweis, wenn das Auto nicht auf Sie zugelassen ist", "text": "Als Foto oder PDF"},
        ],
        "history": HISTORY,
        "rows": [
            {"label": "Name", "value": "Erika Mustermann", "url": "#"},
            {"label": "Anschrift", "value": "Markt 4\n01234 Musterstadt", "url": "#"},
            {"label": "Kennzeichen", "value": "G AB 123", "url": "#"},
        ],
        "bars": [("Online", 1204), ("Vor Ort", 380), ("Telefon", 122)],
        "heads": ("Fördertopf", "Summe", "Bis"),
        "cells": (("Bürgerprojekte", "40.000 €", "31.01.2027"), ("Grüne Höfe", "12.000 €", "15.03.2027")),
        "figures": [{"label": "Ideen", "value": 128}, {"label": "Projekte mit Team", "value": 25}],
    }
