"""`rathausplatz database prepare|check`: roles, logins and rights."""

from __future__ import annotations

import os
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.communes.isolation.database import Login, PreparationError, findings, prepare_database


class Command(BaseCommand):
    help = "Prepare a PostgreSQL for isolation, or say what it lacks. Needs DATABASE_ADMIN_URL."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        prepare = verbs.add_parser("prepare", help="make roles and logins, take rights from everybody; may run again")
        prepare.add_argument("--app-login", default="rathausplatz_app", help="what web and workers log in as")
        prepare.add_argument("--owner-login", default="rathausplatz_owner", help="what the owner's worker logs in as")
        verbs.add_parser("check", help="say what everybody may do and must not")

    def handle(self, *args: Any, **options: Any) -> None:
        url = os.environ.get("DATABASE_ADMIN_URL")
        if not url:
            raise CommandError("Set DATABASE_ADMIN_URL to a superuser's address of the database to prepare.")
        try:
            with psycopg.connect(url) as admin:
                found = self._prepare(admin, options) if options["verb"] == "prepare" else findings(admin)
        except (PreparationError, psycopg.OperationalError) as error:
            raise CommandError(str(error)) from error
        for sentence in found:
            self.stderr.write(sentence)
        self.stdout.write(f"{len(found)} findings." if found else "The database is prepared.")

    def _prepare(self, admin: psycopg.Connection, options: dict[str, Any]) -> list[str]:
        """Passwords come from the environment, never from the command line, which others can read."""
        app = Login(options["app_login"], os.environ.get("DATABASE_APP_PASSWORD", ""))
        owner = Login(options["owner_login"], os.environ.get("DATABASE_OWNER_PASSWORD", ""))
        return prepare_database(admin, app=app, owner=owner)
