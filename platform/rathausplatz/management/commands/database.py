"""`rathausplatz database prepare|check|probe`: roles, logins and rights."""

from __future__ import annotations

import os
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.communes.isolation.database import Login, PreparationError, findings, prepare_database
from tenants.communes.isolation.probe import probe
from tenants.communes.provisioning.sequences import crash_findings
from tenants.communes.queries import CommuneNotFoundError, find_commune


class Command(BaseCommand):
    help = "Prepare a PostgreSQL for isolation, or say what it lacks. Needs DATABASE_ADMIN_URL."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        prepare = verbs.add_parser("prepare", help="make roles and logins, take rights from everybody; may run again")
        prepare.add_argument("--app-login", default="rathausplatz_app", help="what web and workers log in as")
        prepare.add_argument("--owner-login", default="rathausplatz_owner", help="what the owner's worker logs in as")
        verbs.add_parser("check", help="say what everybody may do and must not")
        trying = verbs.add_parser("probe", help="try what one commune can reach of another and of the shared tables")
        trying.add_argument("commune")
        trying.add_argument("other")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "probe":
            self._probe(options)
            return
        url = os.environ.get("DATABASE_ADMIN_URL")
        if not url:
            raise CommandError("Set DATABASE_ADMIN_URL to a superuser's address of the database to prepare.")
        try:
            with psycopg.connect(url) as admin:
                found = self._prepare(admin, options) if options["verb"] == "prepare" else findings(admin)
                found += crash_findings(admin)
        except (PreparationError, psycopg.OperationalError) as error:
            raise CommandError(str(error)) from error
        for sentence in found:
            self.stderr.write(sentence)
        self.stdout.write(f"{len(found)} findings." if found else "The database is prepared.")

    def _probe(self, options: dict[str, Any]) -> None:
        try:
            one, other = (find_commune(options[name]).ref() for name in ("commune", "other"))
        except CommuneNotFoundError as error:
            raise CommandError(str(error)) from error
        found = probe(one, other)
        for schema, reach in ((other.schema, found.other), ("public", found.shared)):
            figures = f"{len(reach.tables)} tables, {len(reach.readable)} readable, {len(reach.writable)} writable"
            self.stdout.write(f"{schema:<42} {figures}")
        if not found.holds:
            open_ = [f"{other.schema}.{name}" for name in sorted(found.other.readable | found.other.writable)]
            open_ += [f"public.{name}" for name in sorted(found.shared.writable)]
            raise CommandError(f"{one.schema} reaches what it must not: {', '.join(open_) or 'unregistered tables'}.")

    def _prepare(self, admin: psycopg.Connection, options: dict[str, Any]) -> list[str]:
        """Passwords come from the environment, never from the command line, which others can read."""
        app = Login(options["app_login"], os.environ.get("DATABASE_APP_PASSWORD", ""))
        owner = Login(options["owner_login"], os.environ.get("DATABASE_OWNER_PASSWORD", ""))
        return prepare_database(admin, app=app, owner=owner)
