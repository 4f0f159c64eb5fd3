"""`rathausplatz`: Django's commands and ours, with the database found before anything else starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

WITHOUT_DATABASE = {
    "build",
    "collectstatic",
    "demo",
    "help",
    "makemessages",
    "translations",
    "version",
    "--version",
}
# commands whose process must not be able to own a schema
OWNS_NOTHING = {"beat", "serve", "serve_internal", "worker"}
# what works with DATABASE_ADMIN_URL alone: before the first `database prepare` there is no other login
AS_ADMINISTRATOR = (["database", "prepare"], ["database", "check"])


def data_dir() -> Path:
    """Where this installation keeps its state: RATHAUSPLATZ_DATA, or `.data` beside the project."""
    return Path(os.environ.get("RATHAUSPLATZ_DATA") or Path(__file__).parents[2] / ".data").resolve()


def main(argv: list[str] | None = None) -> None:
    """Run one command. Exits with 2 and one sentence when the database can't be used, with 130 after Ctrl-C."""
    try:
        _run(argv)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        sys.exit(130)


def _run(argv: list[str] | None) -> None:
    arguments = list(sys.argv if argv is None else argv)
    if len(arguments) > 1 and arguments[1][0:1] != "-":
        # commands are modules, so their names have no hyphen; people may type one
        arguments[1] = arguments[1].replace("-", "_")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")
    if len(arguments) > 1 and arguments[1] == "demo":
        # the demo decides the environment, so it comes before the settings
        from rathausplatz.demo.command import run
        from rathausplatz.ending import end_at_once

        end_at_once(run(arguments[2:]))
    if len(arguments) > 1 and arguments[1] == "bench":
        # so does the benchmark
        from infra.bench.command import run as measure

        sys.exit(measure(arguments[2:]))
    if len(arguments) > 1 and arguments[1] not in WITHOUT_DATABASE:
        if arguments[1:3] in AS_ADMINISTRATOR and os.environ.get("DATABASE_ADMIN_URL"):
            os.environ["DATABASE_URL"] = os.environ["DATABASE_ADMIN_URL"]
        find_database(as_owner=is_owners_work(arguments[1:]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(arguments)


def is_owners_work(arguments: list[str]) -> bool:
    """Whether a command logs in as the owner of the schemas: all but the web server and the communes' workers."""
    return arguments[0] not in OWNS_NOTHING or "--owner" in arguments


def find_database(*, as_owner: bool = True) -> Literal["given", "embedded"]:
    """Set DATABASE_URL to a usable server or end with a sentence that says what to do. Says which one it is."""
    from infra.embedded.postgres import DatabaseUnusableError, find_or_start

    try:
        found = find_or_start(data_dir(), as_owner=as_owner)
    except DatabaseUnusableError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    if found == "embedded":
        from rathausplatz.logins import prepare_own_database

        prepare_own_database()
    return found
