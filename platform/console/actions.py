"""What an operator can do in the console."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from console.directory import read_directory
from console.models import DirectoryEntry
from tenants.accounts.models import User, UserKind
from tenants.communes.audit import record_act
from tenants.communes.scope import public_scope


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import of the directory did."""

    read: int
    added: int
    changed: int
    gone: int


COMPARED = tuple(f.name for f in DirectoryEntry._meta.concrete_fields if f.name != "ars")


def import_directory(*, path: Path) -> ImportReport:
    """Take over the official directory: all of it or nothing. May run twice: the same file changes nothing.

    An entry that the file no longer has stays when it is older than the file (the municipality was merged; a commune
    may still carry its key) and is counted as gone. Raises DirectoryError.
    """
    entries = read_directory(path)
    with public_scope(), transaction.atomic():
        known = DirectoryEntry.objects.in_bulk()
        fresh = [entry for entry in entries if entry.ars not in known]
        moved = [entry for entry in entries if entry.ars in known and _differs(entry, known[entry.ars])]
        DirectoryEntry.objects.bulk_create(fresh, batch_size=2000)
        DirectoryEntry.objects.bulk_update(moved, COMPARED, batch_size=500)
        gone = len(known.keys() - {entry.ars for entry in entries})
        report = ImportReport(len(entries), len(fresh), len(moved), gone)
        if report.added or report.changed:
            record_act(
                actor=None,
                verb="directory.imported",
                target=path.name[:120],
                detail={"read": report.read, "added": report.added, "changed": report.changed},
            )
    return report


def _differs(one: DirectoryEntry, other: DirectoryEntry) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in COMPARED)


def create_operator(*, email: str, name: str = "", password: str | None = None) -> User:
    """Create an account for the console, in `public`. Without a password it is set by "Passwort vergessen".

    Raises ValidationError for an address that is none or is taken, and for a password that is too weak.
    """
    address = email.strip().lower()
    validate_email(address)
    with public_scope(), transaction.atomic():
        if User.objects.filter(email=address).exists():
            raise ValidationError(_("Ein Betreiberkonto mit %(email)s gibt es schon.") % {"email": address})
        user = User(email=address, name=name, kind=UserKind.OPERATOR)
        if password is not None:
            validate_password(password, user)
        user.set_password(password)
        user.save()
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
        record_act(actor=None, verb="operator.created", target=address)
    return user
