"""`rathausplatz commune_shell --tenant gera`: Python inside a commune; nothing is kept unless you say so."""

from __future__ import annotations

import code
from typing import Any

from django.db import transaction

from tenants.communes.commands import CommuneCommand
from tenants.communes.scope import require_commune


class Command(CommuneCommand):
    help = "Open a Python shell inside a commune's scope. Changes are rolled back unless you call keep()."

    def handle_commune(self, *args: Any, **options: Any) -> None:
        kept: list[bool] = []

        def keep() -> None:
            """Keep what was changed when the shell ends."""
            kept.append(True)

        commune = require_commune()
        code.interact(
            banner=f"{commune.official_name}: one transaction, rolled back at the end unless you call keep().",
            local={"commune": commune, "keep": keep},
            exitmsg="",
        )
        if not kept:
            transaction.set_rollback(True)
