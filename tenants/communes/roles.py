"""The names of the roles in PostgreSQL. What each may do is in `tenants.communes.isolation`.

No role but the logins may log in; the logins own nothing and inherit nothing: they become another role for the length
of one transaction.
"""

from __future__ import annotations

from django.conf import settings


def owner_role() -> str:
    """Owns the shared tables, the template and every commune's schema; changes them. For the owner's login only."""
    return f"{settings.ROLE_PREFIX}_owner"


def platform_role() -> str:
    """Reads and writes rows of the shared tables: consoles, host lookup, what the platform itself does."""
    return f"{settings.ROLE_PREFIX}_platform"


def reader_role() -> str:
    """Reads the shared tables that communes need; every commune's role is a member."""
    return f"{settings.ROLE_PREFIX}_reader"


def communes_role() -> str:
    """A member of every commune's role, without inheriting: who is a member of it may become any commune."""
    return f"{settings.ROLE_PREFIX}_communes"


def replication_login() -> str:
    """Logs in from one cell's PostgreSQL to another's to receive what changes there; may read no table."""
    return f"{settings.ROLE_PREFIX}_replication"


def role_of(schema: str) -> str:
    """The role that may touch the schema of one commune and nothing else.

    No schema begins with an underscore, so no commune's role is one of those above.
    """
    return f"{settings.COMMUNE_ROLE_PREFIX}{schema}"


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it between quotes, a quoted name too. Needs `standard_conforming_strings`, the default."""
    return "'" + text.replace("'", "''") + "'"
