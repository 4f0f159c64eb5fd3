"""What the console asks."""

from __future__ import annotations

from pathlib import Path

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from console.directory import fold
from console.models import DirectoryEntry

DEMO_DIRECTORY = Path(__file__).with_name("directory_demo.csv")


def directory_entries(wanted: str) -> QuerySet[DirectoryEntry]:
    """Municipalities by name, regional key or postcode: exact names first, then beginnings, then the larger."""
    digits = wanted.replace(" ", "")
    if digits.isdigit():
        return DirectoryEntry.objects.filter(Q(ars__startswith=digits) | Q(postcode__startswith=digits)).order_by(
            "-inhabitants"
        )
    words = fold(wanted)
    if not words:
        return DirectoryEntry.objects.none()
    first = words.split()[0]
    rank = Case(
        When(folded=words, then=Value(0)),
        When(folded__startswith=f"{words} ", then=Value(1)),
        When(folded__startswith=first, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = DirectoryEntry.objects.all()
    for word in words.split():
        found = found.filter(folded__contains=word)
    return found.order_by(rank, "-inhabitants", "ars")
