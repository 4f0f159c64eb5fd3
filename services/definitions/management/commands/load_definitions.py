"""`load_definitions`: publish the definition packages on disk."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from services.definitions.actions import load_packages
from services.definitions.faults import PackageError
from services.definitions.reading import PACKAGES, read_packages


class Command(BaseCommand):
    """Reads, checks and publishes all packages; says what is wrong with each."""

    help = "Liest die Leistungspakete ein und veröffentlicht neue Versionen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=PACKAGES, help="Ordner mit den Paketen")
        parser.add_argument("--check", action="store_true", help="nur prüfen, nichts veröffentlichen")
        parser.add_argument("--json", action="store_true", help="Ergebnis als JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                loaded = [(package.key, package.version) for package in read_packages(options["folder"])]
            else:
                loaded = load_packages(folder=options["folder"])
        except PackageError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps([{"key": key, "version": version} for key, version in loaded]))
            return
        for key, version in loaded:
            self.stdout.write(f"{key} {version}")
