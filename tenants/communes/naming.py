"""From an official German name to what is shown, to a subdomain, to a schema."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SCHEMA_PATTERN = re.compile(r"^[a-z][a-z0-9_]{1,40}$")
SLUG_PATTERN = re.compile(r"^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,40}$")
LONGEST = 41
RESERVED = frozenset(
    [
        "admin",
        "api",
        "app",
        "assets",
        "auth",
        "billing",
        "brand",
        "cdn",
        "commune",
        "commune_template",
        "console",
        "dev",
        "documentation",
        "ftp",
        "help",
        "host",
        "imap",
        "information_schema",
        "konto",
        "localhost",
        "login",
        "mail",
        "media",
        "ns1",
        "ns2",
        "operator",
        "pop",
        "public",
        "rathausplatz",
        "redaktion",
        "schema",
        "smtp",
        "staging",
        "static",
        "status",
        "support",
        "system",
        "template",
        "test",
        "www",
    ]
)
# of schemas: PostgreSQL's own, those waiting to be claimed, and those an archive is tried in
RESERVED_BEGINNINGS = ("pg_", "spare_", "scratch_")
_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "Ss"}
    # letters of our neighbours that Unicode does not take apart
    | {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "đ": "d", "Đ": "D"}
)


def display_name(official_name: str) -> str:
    """The short name for the screen, without the directory's designation: "Gera, Stadt" → "Gera"."""
    name = " ".join(official_name.split())
    return name.split(",")[0].strip() or name


def plain_letters(text: str) -> str:
    """German and neighbouring letters written with the Latin alphabet's own: "Göda" → "Goeda"."""
    return unicodedata.normalize("NFC", text).translate(_LETTERS)


_DESIGNATIONS = {
    "Stadt": "Stadt",
    "St": "Stadt",
    "kreisfreie Stadt": "Stadt",
    "Stadtkreis": "Stadt",
    "M": "Markt",
    "Markt": "Markt",
    "Marktgemeinde": "Marktgemeinde",
    "Marktflecken": "Marktflecken",
    "Flecken": "Flecken",
    "GKSt": "Große Kreisstadt",
    "Krst.": "Kreisstadt",
    "Kreisstadt": "Kreisstadt",
    "Hansestadt": "Hansestadt",
    "Freie und Hansestadt": "Freie und Hansestadt",
    "Landeshauptstadt": "Landeshauptstadt",
    "Universitätsstadt": "Universitätsstadt",
    "Lutherstadt": "Lutherstadt",
}


def spoken_name(official_name: str) -> str:
    """The name as one says and addresses it: "Gera, Stadt" → "Stadt Gera", "Abtswind, M" → "Markt Abtswind".

    A designation that is not one of public law ("Tor zur Eifel") is left out.
    """
    name, _comma, designation = official_name.partition(",")
    known = _DESIGNATIONS.get(designation.strip())
    return f"{known} {name.strip()}" if known else name.strip()


def _ascii_words(name: str) -> str:
    plain = unicodedata.normalize("NFKD", plain_letters(name))
    letters = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def slug_for(
    official_name: str, *, taken: Callable[[str], bool] = lambda slug: False, hints: Sequence[str] = ()
) -> str:
    """Propose a subdomain label. What stands in brackets or behind the slash tells two towns of one name apart,
    then the `hints` in their order (district, postcode), then a number.

    The answer matches SLUG_PATTERN, is not reserved and not `taken`.
    """
    base = _base_of(official_name)
    for candidate in (base, *_with_hints(base, [_second_name(official_name), *hints, _designation(official_name)])):
        if candidate not in RESERVED and not taken(candidate):
            return candidate
    number = 2
    while taken(f"{base}-{number}"):
        number += 1
    return f"{base}-{number}"


def _base_of(official_name: str) -> str:
    short = re.split(r"[/(,]", display_name(official_name))[0]
    base = _ascii_words(short) or _ascii_words(official_name) or "kommune"
    if not base[0].isalpha() or len(base) < 2:
        base = f"kommune-{base}"
    return base[:30].strip("-")


def _second_name(official_name: str) -> str:
    """What the bracket or the slash adds: "Halle (Saale)" → "Saale"."""
    parts = re.split(r"[/()]", display_name(official_name))
    return next((part for part in parts[1:] if part.strip()), "")


def _designation(official_name: str) -> str:
    """What the directory writes behind the comma: "Helmstedt, gemfr. Gebiet" → "gemfr. Gebiet"."""
    return official_name.partition(",")[2]


def _with_hints(base: str, hints: Sequence[str]) -> Iterator[str]:
    for hint in hints:
        words = _ascii_words(hint.split(",")[0])
        if words and words != base:
            yield f"{base}-{words}"[:LONGEST].strip("-")


def schema_for(slug: str, *, taken: Callable[[str], bool] = lambda schema: False) -> str:
    """The schema name for a new commune, from the slug it begins with. Never reused, never renamed."""
    base = slug.replace("-", "_")[:LONGEST]
    if base.startswith(RESERVED_BEGINNINGS):
        base = f"k_{base}"[:LONGEST]
    name, number = base, 2
    while name in RESERVED or taken(name):
        tail = f"_{number}"
        name, number = base[: LONGEST - len(tail)] + tail, number + 1
    return name


def validate_slug(value: str) -> None:
    """Refuse a slug that can't be a subdomain label or is reserved."""
    if not SLUG_PATTERN.match(value):
        raise ValidationError(
            _("Verwenden Sie 2 bis 41 Kleinbuchstaben, Ziffern und einzelne Bindestriche; vorn steht ein Buchstabe."),
            code="slug_invalid",
        )
    if value in RESERVED:
        raise ValidationError(
            _("„%(value)s“ ist für die Plattform reserviert. Wählen Sie einen anderen Namen."),
            code="slug_reserved",
            params={"value": value},
        )


def validate_schema_name(value: str) -> None:
    """Refuse a schema name outside `^[a-z][a-z0-9_]{1,40}$` or a reserved one."""
    if not SCHEMA_PATTERN.match(value) or value in RESERVED or value.startswith(RESERVED_BEGINNINGS):
        raise ValidationError(_("„%(value)s“ ist kein erlaubter Schemaname."), code="schema", params={"value": value})
