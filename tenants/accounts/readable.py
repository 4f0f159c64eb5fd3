"""People in a readable export: who has an account, and what staff may do. No passwords, no second factors."""

from __future__ import annotations

from collections.abc import Iterator

from tenants.accounts.models import User
from tenants.communes.archives.readable.parts import (
    Package,
    ReadableExporter,
    ReadableFile,
    readable_exports,
    things,
)


def people(package: Package) -> Iterator[ReadableFile]:
    """`people.json`."""
    accounts = User.objects.prefetch_related("groups").order_by("pk")
    yield things(
        "people",
        "Konten",
        (
            {
                "id": person.pk,
                "email": person.email,
                "name": person.name,
                "kind": person.kind,
                "tasks": sorted(group.name for group in person.groups.all()),
                "language": person.language,
                "active": person.is_active,
                "created_at": person.created_at,
                "last_login": person.last_login,
            }
            for person in accounts
        ),
    )


def register() -> None:
    """Add this room's part."""
    readable_exports.register("accounts", ReadableExporter(100, people))
