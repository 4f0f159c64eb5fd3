"""`rathausplatz build`: what is made from the sources before anything can be served."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from infra.translations import compile_translations
from themes.fonts import FontBuildError, build_fonts

MARK = "static.sha256"


class Command(BaseCommand):
    """May run twice: what is up to date is left alone."""

    help = "Compile translations, build typefaces, collect static files under their hashed names."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        compiled = compile_translations(settings.BASE_DIR)
        try:
            faces = build_fonts(settings.FONTS_DIR)
        except FontBuildError as error:
            raise CommandError(str(error)) from error
        collected = self._collect()
        if options["verbosity"]:
            state = "collected" if collected else "up to date"
            self.stdout.write(f"{compiled} translations compiled, {len(faces)} typefaces, static files {state}.")

    def _collect(self) -> bool:
        """Collect static files unless none changed since the last time. Returns whether anything was done."""
        mark = Path(settings.BUILD_DIR) / MARK
        wanted = self._fingerprint()
        if mark.exists() and mark.read_text() == wanted:
            return False
        shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(wanted)
        return True

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(settings.RELEASE.encode())
        for finder in get_finders():
            for name, storage in finder.list([]):
                stat = Path(storage.path(name)).stat()
                digest.update(f"{storage.location}/{name}:{stat.st_size}:{stat.st_mtime_ns}".encode())
        return digest.hexdigest()
