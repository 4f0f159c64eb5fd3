"""Applications for a demonstration: what a clerks' inbox looks like on an ordinary morning. Made-up people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from services.cases.actions import applicant_from, submit_case
from services.cases.models import Case
from services.cases.offerings import OfferingNotFound, offered_service
from services.definitions.definition import Definition
from services.forms.actions import save_step, start_draft
from services.forms.queries import form_of
from services.forms.schema import effective_answers, visible_steps
from tenants.communes.starters import StarterBrief

SLUG = "bewohnerparkausweis"
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
STATEMENT = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
# given name, family name, born, street, number, plate, own vehicle, days since it came in
PEOPLE = (
    ("Renate", "Krüger", "1958-04-12", "Am Steinhof", "7", "L-RK 580", "yes", 8),
    ("Mehmet", "Aydin", "1987-09-30", "Wenceslaigasse", "12", "L-MA 874", "no", 0),
    ("Sophie", "Lehmann", "1999-01-05", "Lüptitzer Straße", "41", "L-SL 99", "yes", 6),
    ("Jürgen", "Voigt", "1966-07-21", "Torgauer Straße", "88", "L-JV 662", "no", 4),
    ("Anna", "Nowak", "1992-11-17", "Dresdener Straße", "33", "L-AN 921", "yes", 1),
    ("Tom", "Berger", "1979-02-26", "Clara-Zetkin-Platz", "2", "L-TB 44", "yes", 2),
)


def demo_cases(brief: StarterBrief) -> list[Case]:
    """Send applications, most of which a person has to look at, if there are none yet. The worker does their steps."""
    if brief.commune.slug != "wurzen" or Case.objects.exists():
        return []
    try:
        service = offered_service(SLUG, "de")
    except OfferingNotFound:
        return []
    if service.definition is None or not service.is_applied_for_online:
        return []
    return [_sent(service.definition, person, brief) for person in PEOPLE]


def _sent(definition: Definition, person: tuple[Any, ...], brief: StarterBrief) -> Case:
    draft = start_draft(offering_slug=SLUG, definition_key=definition.key, definition_version=definition.version)
    schema = form_of(definition.key, definition.version)
    answers = _answers(person, brief)
    for step in visible_steps(schema, answers):
        given = {field.key: answers[field.key] for field in step.fields if field.key in answers}
        files = {field.key: _statement() for field in step.fields if field.kind == "file"}
        if "address" in given:
            given["address_override"] = True
        draft = save_step(draft=draft, step_key=step.key, answers=given, uploads=files)
    applicant = applicant_from(schema, effective_answers(schema, draft.answers))
    received_at = timezone.now() - timedelta(days=person[-1])
    return submit_case(draft=draft, applicant=applicant, language="de", received_at=received_at)


def _answers(person: tuple[Any, ...], brief: StarterBrief) -> dict[str, Any]:
    given, family, born, street, number, plate, own, _days = person
    postcode = str(brief.facts.get("address", {}).get("postcode", "04808"))
    return {
        "address": {"street": street, "number": number, "postcode": postcode, "city": brief.commune.name},
        "plate": plate,
        "own_vehicle": own,
        "given_name": given,
        "family_name": family,
        "birth_date": born,
        "email": f"{given}.{family}@example.org".lower().translate(UMLAUTS),
        "truth": True,
        "privacy": True,
    }


def _statement() -> ContentFile[bytes]:
    return ContentFile(STATEMENT, name="erklaerung.pdf")
