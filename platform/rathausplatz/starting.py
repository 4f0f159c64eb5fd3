"""What must hold before a server of ours starts."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import CommandError

from rathausplatz.demo.supervisor import PortError, check_port
from tenants.communes.isolation.logins import TooPowerfulError, TooWeakError, refuse_powerful_login


def check_login() -> None:
    """Raise CommandError when this process could own the communes' schemas, or may not serve them.

    A demonstration may own them.
    """
    if settings.DEMO:
        return
    try:
        refuse_powerful_login()
    except (TooPowerfulError, TooWeakError) as error:
        raise CommandError(str(error)) from error


def check_start(*, port: int, address: str) -> None:
    """Raise CommandError when the port can't be used or the login is the wrong one; each says what to do."""
    try:
        check_port(port, address)
    except PortError as error:
        raise CommandError(str(error)) from error
    check_login()
