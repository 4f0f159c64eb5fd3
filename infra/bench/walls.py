"""What one commune's role reaches of another commune and of the shared tables, by the probe that operators run too."""

from __future__ import annotations

import os

from infra.bench.report import print_table
from infra.embedded.postgres import APP_LOGIN, with_login

ONE, OTHER = "gera", "wurzen"


def measure_walls() -> None:
    """Probe one commune against another, through the login of the web server."""
    from django.db import connections
    from rathausplatz.settings.database import connection_settings

    from tenants.communes.isolation.probe import Reach, probe
    from tenants.communes.isolation.sharing import shared_readable
    from tenants.communes.queries import find_commune

    default = connections["default"]
    default.close()
    before = dict(default.settings_dict)
    given = connection_settings(with_login(os.environ["DATABASE_ADMIN_URL"], APP_LOGIN))
    default.settings_dict.update({key: given[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
    try:
        found = probe(find_commune(ONE).ref(), find_commune(OTHER).ref())
    finally:
        default.close()
        default.settings_dict.update(before)

    def row(title: str, reach: Reach, allowed: frozenset[str]) -> list[object]:
        return [title, len(reach.tables), len(allowed), len(reach.readable - allowed), len(reach.writable)]

    head = ["as the role of one commune", "tables tried", "meant to be read", "readable beyond", "writable"]
    rows = [
        row("another commune's tables", found.other, frozenset()),
        row("the shared tables", found.shared, frozenset(shared_readable)),
    ]
    print_table("Isolation: every table tried through the web server's login", head, rows)
