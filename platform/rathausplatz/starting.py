"""What must hold before a server of ours starts."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import CommandError

from rathausplatz.demo.supervisor import PortError, check_port
from tenants.communes.isolation.logins import TooPowerfulError, refuse_powerful_login


def check_login() -> None:
    """Raise CommandError when this process could own the communes' schemas; a demonstration may."""
    if settings.DEMO:
        return
    try:
        refuse_powerful_login()
    except TooPowerfulError as error:
        raise CommandError(str(error)) from error


def check_start(*, port: int, address: str) -> None:
    """Raise CommandError when the port can't be used or the login is too powerful; each says what to do."""
    try:
        check_port(port, address)
    except PortError as error:
        raise CommandError(str(error)) from error
    check_login()
