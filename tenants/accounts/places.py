"""Where an account may go after signing in. Rooms register their doors; the lower room opens none by itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.accounts.access import may
from tenants.communes.closed import staff_doors, stays_reachable
from tenants.communes.hosts import HostKind
from tenants.communes.registry import Registry
from tenants.communes.scope import current_commune


@dataclass(frozen=True, slots=True)
class Place:
    """A door: its name, its address, on which kind of host, and the permission that opens it."""

    title: str | Promise
    url: str
    permission: str
    host: str = HostKind.PORTAL


_places: Registry[Place] = Registry("places of staff")


def register_place(key: str, *, title: str | Promise, url: str, permission: str, host: str = HostKind.PORTAL) -> None:
    """Add a door to the account page, and to where people go after signing in (the first that is open to them)."""
    _places.register(key, Place(title, url, permission, host))


def places_for(request: HttpRequest) -> list[Place]:
    """The doors that are on this host and open to who is signed in."""
    return [place for _key, place in _places.items() if _is_open(place, request)]


def _is_open(place: Place, request: HttpRequest) -> bool:
    commune = current_commune()
    if commune is not None and not stays_reachable(commune.state, place.url):
        return False
    if place.host != getattr(request, "host_kind", None) or not may(request.user, place.permission):
        return False
    try:
        resolve(place.url, urlconf=getattr(request, "urlconf", None))
    except Resolver404:
        return False
    return True


register_place("desk", title=_("Zum Arbeitsplatz"), url="/arbeitsplatz/", permission="accounts.work_on_cases")
register_place("editors", title=_("Zur Redaktion"), url="/redaktion/", permission="accounts.open_editorial_desk")
register_place(
    "export", title=_("Daten mitnehmen"), url="/arbeitsplatz/mitnehmen/", permission="accounts.export_commune"
)
# what staff need to sign in to a closed portal and take their data along; registering is not among it
for _door in (
    "/konto/anmelden/",
    "/konto/abmelden/",
    "/konto/passwort/",
    "/konto/bestaetigen/",
    "/konto/zweiter-faktor/",
    "/konto/sicherheit/",
    "/konto/login/",
    "/konto/logout/",
    "/konto/password/",
    "/konto/reauthenticate/",
    "/konto/2fa/",
    "/konto/confirm-email/",
    "/arbeitsplatz/mitnehmen/",
):
    staff_doors.register(_door, _door)
