"""`rathausplatz directory import [FILE]`: the official directory of municipalities."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from console.actions import import_directory
from console.directory import DirectoryError
from console.queries import DEMO_DIRECTORY


class Command(BaseCommand):
    help = "Import the official directory of municipalities (Gemeindeverzeichnis, Auszug GV4Q as CSV)."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        imported = verbs.add_parser("import", help="read a file; nothing changes if anything in it is wrong")
        imported.add_argument(
            "file", nargs="?", type=Path, help="default: the file named by DIRECTORY_CSV, else the demo's few rows"
        )
        imported.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options.get("file") or Path(os.environ.get("DIRECTORY_CSV") or DEMO_DIRECTORY)
        try:
            report = import_directory(path=path)
        except DirectoryError as error:
            raise CommandError(str(error)) from error
        if options.get("json"):
            self.stdout.write(json.dumps(asdict(report)))
            return
        if options["verbosity"] == 0:
            return
        self.stdout.write(
            _("%(read)d Gemeinden gelesen: %(added)d neu, %(changed)d geändert, %(gone)d nicht mehr im Verzeichnis.")
            % asdict(report)
        )
