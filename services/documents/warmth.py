"""The first letter of a process costs three times as much as the next: draw one before it is wanted."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from services.documents.letters import letters
from services.documents.rendering import Frame, Letterhead, render_letter
from services.documents.sealing import seal_pdf

_SAMPLES: dict[str, dict[str, object]] = {
    "parking_permit": {"zone": "A", "plate": "XX-YZ 123", "valid_until": date(2030, 1, 1)},
    "decision": {"recipient": ["Ä"], "subject": "Ö", "decision": ["Ü"], "remedy": "Kein Bescheid, nur eine Probe."},
}


def warm_up() -> None:
    """Load typefaces, stylesheet, templates and seal in this thread. Writes nothing; may be run twice."""
    frame = Frame(
        title="Probe",
        reference="Probe",
        language="de",
        issued_at=timezone.now(),
        valid_until=None,
        verify_code="2" * 16,
        verify_url="https://example.org/pruefen/",
        head=Letterhead(issuer="Probe"),
    )
    for name, context in _SAMPLES.items():
        letter = letters.get(name)
        seal_pdf(render_letter(letter, content=letter.checked(context), frame=frame), name="Probe")
