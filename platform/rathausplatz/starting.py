"""What must hold before a server of ours starts, and how its processes begin."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.management.base import CommandError

from rathausplatz.demo.supervisor import PortError, check_port
from rathausplatz.orphans import VARIABLE, end_with, named_parent
from rathausplatz.scratch import begin_scratch
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


def begin_serving() -> None:
    """In the process that starts the others: it ends with its parent, if it was told one, and they end with it."""
    end_with(named_parent())
    begin_scratch()
    os.environ[VARIABLE] = str(os.getpid())


def begin_child() -> None:
    """In each process that answers: it doesn't outlive the one that started it, and would hold its port."""
    if parent := named_parent():
        end_with(parent, at_once=True)
        begin_scratch()
