"""The verbs of `rathausplatz commune` for archives and the end of a commune's life."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from tenants.communes.archives.actions import export_commune, make_archive
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.importing import import_commune
from tenants.communes.archives.readable.package import write_readable_to
from tenants.communes.lifecycle.offboarding import (
    ArchiveUnprovenError,
    archive_commune,
    begin_offboarding,
    cancel_offboarding,
)
from tenants.communes.lifecycle.removal import NameMismatchError, complete_removal, delete_commune
from tenants.communes.models import Commune
from tenants.communes.provisioning.clone import TemplateBusyError
from tenants.communes.queries import find_commune
from tenants.communes.rollouts.locks import FleetBusyError

Options = dict[str, Any]
FAULTS = (ArchiveError, FleetBusyError, TemplateBusyError, ArchiveUnprovenError, NameMismatchError)


def add_verbs(verbs: Any) -> None:
    """Add the parsers of this file's verbs."""
    export = verbs.add_parser("export", help="write a commune into one file")
    export.add_argument("name", help="slug, schema, regional key or name")
    export.add_argument("--to", type=Path, help="the file to write; without it, an archive on the shelf (ARCHIVE_DIR)")
    export.add_argument("--readable", action="store_true", help="CSV, JSON and PDF for people and other vendors")
    bring = verbs.add_parser("import", help="bring a commune in from its archive")
    bring.add_argument("file", type=Path)
    bring.add_argument("--slug", default="", help="another subdomain than the archive's")
    for verb, text in (
        ("offboard", "close a portal because the commune leaves"),
        ("stay", "open it again: the commune stays after all"),
        ("archive", "make and prove the final archive of a commune that leaves"),
        ("delete", "delete an archived commune with everything it has"),
    ):
        sub = verbs.add_parser(verb, help=text)
        sub.add_argument("name", help="slug, schema, regional key or name")
        sub.add_argument("--reason", required=True)
        sub.add_argument("--json", action="store_true")
        if verb == "delete":
            sub.add_argument("--confirm", default="", help="the commune's name, typed again")
    for sub in (export, bring):
        sub.add_argument("--json", action="store_true")


def do_export(options: Options) -> Any:
    """Write an archive, or what people can read."""
    commune = find_commune(options["name"])
    if options["readable"]:
        to = options["to"] or Path(f"{commune.slug}.zip")
        size = write_readable_to(commune=commune, to=to, actor=None)
        return {"file": str(to), "size": size}
    if options["to"] is None:
        archive = make_archive(commune=commune)
        return {"archive": archive.path, "size": archive.size, "rows": archive.rows, "sha256": archive.sha256}
    written = export_commune(commune=commune, to=options["to"])
    return {
        "file": str(options["to"]),
        "size": written.size,
        "rows": written.manifest.rows,
        "files": len(written.manifest.files),
        "sha256": written.sha256,
    }


def do_import(options: Options) -> Commune:
    """Bring a commune in, or complete what an earlier attempt began."""
    if not options["file"].is_file():
        raise CommandError(f"There is no file {options['file']}.")
    return import_commune(path=options["file"], slug=options["slug"]).commune


def do_offboard(options: Options) -> Commune:
    """Close a portal for good."""
    return begin_offboarding(commune=find_commune(options["name"]), actor=None, reason=options["reason"])


def do_stay(options: Options) -> Commune:
    """Take the moving out back."""
    return cancel_offboarding(commune=find_commune(options["name"]), actor=None, reason=options["reason"])


def do_archive(options: Options) -> Commune:
    """Make and prove the final archive."""
    return archive_commune(commune=find_commune(options["name"]), actor=None, reason=options["reason"])


def do_delete(options: Options) -> Commune:
    """Order the removal and carry it out at once; again, after a crash, what is left of it."""
    commune = find_commune(options["name"])
    ordered = delete_commune(commune=commune, typed_name=options["confirm"], actor=None, reason=options["reason"])
    return complete_removal(commune_id=ordered.pk)


VERBS: dict[str, Callable[[Options], Any]] = {
    "export": do_export,
    "import": do_import,
    "offboard": do_offboard,
    "stay": do_stay,
    "archive": do_archive,
    "delete": do_delete,
}
