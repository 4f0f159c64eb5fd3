"""`rathausplatz domain add|check|primary|remove|list`."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from tenants.communes.domains.actions import add_domain, make_primary, remove_domain
from tenants.communes.domains.names import shown_name
from tenants.communes.domains.queries import DomainNotFoundError, domains_of, find_domain, instructions_for
from tenants.communes.domains.rechecks import recheck_domain
from tenants.communes.domains.states import DomainError
from tenants.communes.domains.wording import problem_in_words
from tenants.communes.models import Commune, Domain
from tenants.communes.queries import CommuneNotFoundError, find_commune
from tenants.communes.scope import public_scope


def as_row(domain: Domain) -> dict[str, Any]:
    """A host name as the command line prints it."""
    wanted = instructions_for(domain)
    records = ([wanted.proof] if wanted.proof else []) + list(wanted.way)
    return {
        "domain": domain.domain,
        "shown": shown_name(domain.domain),
        "state": domain.state,
        "primary": domain.is_primary,
        "proof": domain.proof,
        "problem": problem_in_words(domain),
        "dns": [f"{record.name}. {record.kind} {record.value}" for record in records],
        "file": f"{wanted.file_address} containing {wanted.file_content}" if wanted.file_address else "",
    }


class Command(BaseCommand):
    help = "Add, check, list and remove a commune's host names, or make one the primary address."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, text in (
            ("list", "a commune's host names and what is to be entered for them"),
            ("add", "claim a host name for a commune"),
            ("check", "look at one host name, or all of a commune, now"),
            ("primary", "make an active host name the primary address"),
            ("remove", "give a host name up"),
        ):
            sub = verbs.add_parser(verb, help=text)
            sub.add_argument("commune", help="slug, schema, regional key or name")
            if verb != "list":
                sub.add_argument("domain", nargs="?" if verb == "check" else None, help="host name, e.g. www.gera.de")
            if verb == "add":
                sub.add_argument("--proof", choices=["dns", "http"], default="dns")
            if verb == "remove":
                sub.add_argument("--reason", default="")
            sub.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with override("en"):
            try:
                commune = find_commune(options["commune"])
                found = getattr(self, f"do_{options['verb']}")(commune, options)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            except (CommuneNotFoundError, DomainNotFoundError, DomainError) as error:
                raise CommandError(str(error)) from error
            self._print([as_row(domain) for domain in found], options)

    def do_list(self, commune: Commune, options: dict[str, Any]) -> list[Domain]:
        """All of a commune's host names."""
        with public_scope():
            return list(domains_of(commune).select_related("tenant"))

    def do_add(self, commune: Commune, options: dict[str, Any]) -> list[Domain]:
        """Claim a host name."""
        return [add_domain(commune=commune, name=options["domain"], actor=None, proof=options["proof"])]

    def do_check(self, commune: Commune, options: dict[str, Any]) -> list[Domain]:
        """Look now."""
        wanted = options["domain"]
        found = [find_domain(commune, wanted)] if wanted else self.do_list(commune, options)
        return [recheck_domain(domain=domain) for domain in found]

    def do_primary(self, commune: Commune, options: dict[str, Any]) -> list[Domain]:
        """Change the primary address."""
        return [make_primary(domain=find_domain(commune, options["domain"]), actor=None)]

    def do_remove(self, commune: Commune, options: dict[str, Any]) -> list[Domain]:
        """Give a host name up."""
        domain = find_domain(commune, options["domain"])
        return [remove_domain(domain=domain, actor=None, reason=options["reason"])]

    def _print(self, rows: list[dict[str, Any]], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            primary = "primary" if row["primary"] else ""
            self.stdout.write(f"{row['shown']:<40} {row['state']:<9} {primary:<8} {row['problem']}".rstrip())
            if row["state"] in ("pending", "verified"):
                for line in [*row["dns"], *([row["file"]] if row["file"] else [])]:
                    self.stdout.write(f"    {line}")
