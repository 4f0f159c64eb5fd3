"""Contexts as a case would give them, and the issuing of both letters."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from services.documents.actions import issue_document
from services.documents.letters import objection_notice
from services.documents.models import IssuedDocument


def decision_context(**changes: Any) -> dict[str, Any]:
    context: dict[str, Any] = {
        "recipient": ["Frau", "Jördis Müller-Straßburger", "Kornmarkt 7", "07545 Gera"],
        "subject": "Bewohnerparkausweis: Bewilligung",
        "decision": ["Sie erhalten einen Bewohnerparkausweis für die Zone B."],
        "remedy": objection_notice(authority="Stadt Gera", address="Kornmarkt 12, 07545 Gera"),
        "facts": [{"label": "Kennzeichen", "value": "G-RZ 123"}, {"label": "Zone", "value": "B"}],
        "conditions": ["Der Ausweis gilt nur für das genannte Fahrzeug."],
        "fee": "30,70 €, zahlbar bis 06.12.2026.",
        "reasons": [{"text": "Sie wohnen in der Zone B.", "source": "§ 45 Absatz 1b StVO"}],
        "legal_basis": ["§ 45 Absatz 1b Satz 1 Nummer 2a StVO"],
        "automated": True,
        "automation": ["§ 46 Absatz 5 StVO"],
        "contact": ["Fachdienst Verkehr", "Telefon 115"],
    }
    return context | changes


def permit_context(**changes: Any) -> dict[str, Any]:
    context: dict[str, Any] = {
        "zone": "B",
        "zone_name": "Innenstadt",
        "plate": "G-RZ 1234",
        "valid_until": date(2027, 11, 21),
        "streets": ["Kornmarkt", "Große Kirchstraße"],
    }
    return context | changes


def issue_permit(reference: str = "GE-7K3F-29MX", *, days: int = 365, **options: Any) -> IssuedDocument:
    until = timezone.localdate() + timedelta(days=days)
    return issue_document(
        template="parking_permit",
        context=permit_context(valid_until=until),
        title="Bewohnerparkausweis Zone B",
        reference=reference,
        valid_until=until,
        **options,
    )


def issue_decision(reference: str = "GE-7K3F-29MX", **options: Any) -> IssuedDocument:
    return issue_document(
        template="decision",
        context=decision_context(),
        title="Bescheid über Ihren Bewohnerparkausweis",
        reference=reference,
        **options,
    )
