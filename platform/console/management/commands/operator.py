"""`rathausplatz operator create --email …`: accounts for the console."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from console.actions import create_operator
from tenants.communes.addresses import site_address


class Command(BaseCommand):
    help = "Create accounts for the operator's console."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="a new account")
        create.add_argument("--email", required=True)
        create.add_argument("--name", default="")
        create.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        create.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else self._ask()
        try:
            user = create_operator(email=options["email"], name=options["name"], password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"email": user.email, "console": site_address()}))
            return
        self.stdout.write(
            _("%(email)s kann sich unter %(url)s anmelden.") % {"email": user.email, "url": site_address()}
        )

    def _ask(self) -> str:
        if not sys.stdin.isatty():
            raise CommandError(_("Geben Sie das Passwort über die Standardeingabe und setzen Sie --password-stdin."))
        return getpass.getpass(_("Passwort: "))
