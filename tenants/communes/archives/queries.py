"""What can be asked about archives."""

from __future__ import annotations

from tenants.communes.models import Archive, Commune
from tenants.communes.scope import public_scope


def archives_on_shelf(commune: Commune) -> list[Archive]:
    """The archives of a commune that have a file, the newest first."""
    with public_scope():
        return list(Archive.objects.filter(commune=commune).exclude(path=""))
