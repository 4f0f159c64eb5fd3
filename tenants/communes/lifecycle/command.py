"""The verbs of `rathausplatz commune` for archives and the end of a commune's life."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from django.core.management.base import CommandError
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from tenants.communes.archives.actions import export_commune, make_archive
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.importing import import_commune
from tenants.communes.archives.queries import archives_on_shelf
from tenants.communes.archives.readable.package import write_readable_to
from tenants.communes.archives.shelf import shelf
from tenants.communes.lifecycle.offboarding import (
    archive_commune,
    archive_commune_as,
    begin_offboarding,
    cancel_offboarding,
)
from tenants.communes.lifecycle.remaining import ArchiveUnprovenError
from tenants.communes.lifecycle.removal import NameMismatchError, complete_removal, delete_commune
from tenants.communes.models import Commune
from tenants.communes.provisioning.clone import TemplateBusyError
from tenants.communes.queries import find_commune
from tenants.communes.rollouts.locks import FleetBusyError

Options = dict[str, Any]
AGAIN = "Remove the cause, then run the same command again."
FAULTS = (ArchiveError, FleetBusyError, TemplateBusyError, ArchiveUnprovenError, NameMismatchError)


def add_verbs(verbs: Any) -> None:
    """Add the parsers of this file's verbs."""
    export = verbs.add_parser("export", help="write a commune into one file")
    export.add_argument("name", help="slug, schema, regional key or name")
    export.add_argument("--to", type=Path, help="the file to write; without it, an archive on the shelf (ARCHIVE_DIR)")
    export.add_argument("--readable", action="store_true", help="CSV, JSON and PDF for people and other vendors")
    listing = verbs.add_parser("archives", help="a commune's archives on the shelf, the newest first")
    listing.add_argument("name", help="slug, schema, regional key or name")
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
        if verb == "archive":
            sub.add_argument(
                "--of", metavar="ARCHIVE", default="", help="one that `archives` lists becomes the final one"
            )
        if verb == "delete":
            sub.add_argument("--confirm", default="", help="the commune's name, typed again")
    for sub in (export, listing, bring):
        sub.add_argument("--json", action="store_true")


def carry_out(verb: str, options: Options) -> Any:
    """Do a verb of this file. What the machine, the S3 or the database's locks refuse is said in one CommandError."""
    try:
        return VERBS[verb](options)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise CommandError(f"{error.strerror or error or type(error).__name__}{where}. {AGAIN}") from error
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise CommandError(f"The S3 refused: {str(error).rstrip('.')}. {AGAIN}") from error
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise CommandError(f"Something else holds the commune's tables for too long. {AGAIN}") from error


def do_archives(options: Options) -> list[dict[str, Any]]:
    """What is on the shelf of a commune."""
    return [
        {
            "archive": archive.path,
            "kind": archive.kind,
            "made": archive.created_at.isoformat(timespec="minutes"),
            "proven": archive.proven_at.isoformat(timespec="minutes") if archive.proven_at else "",
            "problem": archive.problem,
            "size": archive.size,
            "file": shelf().address(archive.path),
        }
        for archive in archives_on_shelf(find_commune(options["name"]))
    ]


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
    run = import_commune(path=options["file"], slug=options["slug"])
    for note in run.brief.get("notes", ()):
        sys.stderr.write(f"{note}\n")
    return run.commune


def do_offboard(options: Options) -> Commune:
    """Close a portal for good."""
    return begin_offboarding(commune=find_commune(options["name"]), actor=None, reason=options["reason"])


def do_stay(options: Options) -> Commune:
    """Take the moving out back."""
    return cancel_offboarding(commune=find_commune(options["name"]), actor=None, reason=options["reason"])


def do_archive(options: Options) -> Commune:
    """Make and prove the final archive, or choose one that is on the shelf."""
    commune, reason = find_commune(options["name"]), options["reason"]
    if options["of"]:
        return archive_commune_as(commune=commune, path=options["of"], actor=None, reason=reason)
    return archive_commune(commune=commune, actor=None, reason=reason)


def do_delete(options: Options) -> Commune:
    """Order the removal and carry it out at once; again, after a crash, what is left of it."""
    ordered = delete_commune(
        commune=find_commune(options["name"]),
        typed_name=options["confirm"],
        actor=None,
        reason=options["reason"],
        in_background=False,
    )
    return complete_removal(commune_id=ordered.pk)


VERBS: dict[str, Callable[[Options], Any]] = {
    "archives": do_archives,
    "export": do_export,
    "import": do_import,
    "offboard": do_offboard,
    "stay": do_stay,
    "archive": do_archive,
    "delete": do_delete,
}
