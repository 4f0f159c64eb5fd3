"""Web addresses of hosts, from what is stored and configured; never from a request."""

from __future__ import annotations

from django.conf import settings

from tenants.communes.scope import current_commune


def portal_address(host: str) -> str:
    """Scheme, host and port of a site, without a slash at the end."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{host}{port}"


def site_address() -> str:
    """The address of the current commune's portal, or of the console outside of any commune."""
    commune = current_commune()
    return portal_address(commune.primary_host if commune else settings.CONSOLE_HOST)
