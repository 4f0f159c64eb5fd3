"""May a certificate be made for a host name? Asked by the web server in front, in the middle of a TLS handshake."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from tenants.communes.models import DomainState
from tenants.communes.scope import public_scope
from tenants.communes.states import OPEN_STATES

# literals, so that the planner can prove that the partial index domain_answers_for_one_commune serves
_STATES = ", ".join(f"'{state}'" for state in (DomainState.VERIFIED, DomainState.ACTIVE))
_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN_STATES))
QUESTION = f"""
    SELECT EXISTS (
        SELECT FROM communes_domain
        JOIN communes_commune ON communes_commune.id = communes_domain.tenant_id
        WHERE communes_domain.domain = %s
          AND communes_domain.state IN ({_STATES})
          AND communes_commune.state IN ({_OPEN})
    )
"""
LONGEST_NAME = 253


def may_have_certificate(name: str) -> bool:
    """Whether `name` is a proven host name of an open commune, or a host of the platform's own.

    One indexed query, none for the platform's own hosts and for what can't be a name. A failing name gets no new
    certificate: authorities would try in vain and count it. Raises django.db.Error when the database is out of reach.
    """
    wanted = name.lower().removesuffix(".")
    if wanted in (settings.BASE_DOMAIN, settings.CONSOLE_HOST):
        return True
    if not wanted.isascii() or "\0" in wanted or not 0 < len(wanted) <= LONGEST_NAME:
        return False
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(QUESTION, [wanted])
        return bool(cursor.fetchone()[0])
