"""Whether what infra/deploy holds can start: units, compose file and container files, without running any of them."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from infra.checking.files import ROOT, Fault, project_files, read
from infra.processes import Process, processes

FOLDER = Path("infra/deploy")
COMPOSE = FOLDER / "compose.yaml"
CONTAINERFILES = (FOLDER / "Containerfile", FOLDER / "pgbouncer" / "Containerfile")
PROGRAM = "/opt/rathausplatz/.venv/bin/rathausplatz"
SCHEMA = Path(__file__).parent / "schemas" / "compose-spec.json"
# what a unit may set; systemd ignores what it doesn't know, and a misspelt protection protects nothing
DIRECTIVE = re.compile(r"^[A-Z][A-Za-z]+=")
SECRETS = {"app": {"common.env", "app.env"}, "owner": {"common.env", "owner.env"}}
SETUP = {"prepare": {"common.env", "admin.env"}, "migrate": {"common.env", "owner.env"}}
LIMITS_OF_UNITS = (
    "MemoryMax",
    "MemorySwapMax",
    "TasksMax",
    "LimitNOFILE",
    "TimeoutStopSec",
    "RuntimeDirectory",
    "StartLimitIntervalSec",
)
LIMITS_OF_SERVICES = ("mem_limit", "memswap_limit", "pids_limit", "ulimits", "tmpfs")


def check_deployment() -> list[Fault]:
    """Each unit and each service of the compose file starts a process of processes.yaml, with its secrets alone.

    None of them may take the machine from the others: memory, tasks and open files have a maximum, and so has /tmp
    where it is memory.
    """
    return [*_words(), *_units(), *_compose(), *_limits_of_units(), *_limits_of_services(), *_copies(), *_examples()]


def _words() -> Iterator[Fault]:
    """The words of each process are understood by the command they name."""
    for process in processes().values():
        values = {
            word.lower(): "1024" if word != "ADDRESS" else "127.0.0.1" for word in process.words if word.isupper()
        }
        if said := misunderstood(process.started_with(**values)):
            yield Fault(FOLDER / "processes.yaml", 0, f"{process.name}: {said}")


def misunderstood(words: list[str]) -> str:
    """What a command says about words that it doesn't understand; "" when it does."""
    from django.core.management import get_commands, load_command_class

    name = words[0].replace("-", "_")
    app = get_commands().get(name)
    if app is None:
        return f"there is no command {words[0]}"
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            parser = load_command_class(str(app), name).create_parser("rathausplatz", name)
            parser.called_from_command_line = True  # else it raises what it would say
            parser.parse_args(words[1:])
    except SystemExit:
        return said.getvalue().strip().splitlines()[-1]
    return ""


def process_of(words: list[str]) -> Process | None:
    """The process that these words start."""
    return next((process for process in processes().values() if process.is_started_by(words)), None)


def _units() -> Iterator[Fault]:
    started = set()
    for path in (path for path in project_files() if path.parent == FOLDER / "systemd" and path.suffix == ".service"):
        lines = read(path).splitlines()
        for number, line in enumerate(lines, 1):
            if line and line[0] not in "#[" and not DIRECTIVE.match(line):
                yield Fault(path, number, "neither a section, a setting nor a comment")
        program, *words = next(line for line in lines if line.startswith("ExecStart=")).split()
        process = process_of(words)
        if process is None or program != f"ExecStart={PROGRAM}":
            yield Fault(path, 0, f"starts no process of processes.yaml: {' '.join(words)}")
            continue
        started.add(process.name)
        given = {Path(line).name for line in lines if line.startswith("EnvironmentFile=")}
        if given != SECRETS[process.login]:
            yield Fault(path, 0, f"{process.name} gets {sorted(SECRETS[process.login])}, not {sorted(given)}")
    for name in processes().keys() - started:
        yield Fault(FOLDER / "systemd", 0, f"no unit starts the process {name}")


def _compose() -> Iterator[Fault]:
    import jsonschema

    compose: dict[str, Any] = yaml.safe_load(read(COMPOSE))
    for error in jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(compose):
        yield Fault(COMPOSE, 0, f"{'.'.join(map(str, error.absolute_path))}: {error.message}")
    started = set()
    for name, service in compose["services"].items():
        if not service["image"].startswith("rathausplatz:"):
            continue
        process = process_of(service["command"])
        if process is not None:
            started.add(process.name)
        elif name not in SETUP or misunderstood(service["command"]):
            yield Fault(COMPOSE, 0, f"{name} starts no process of processes.yaml: {' '.join(service['command'])}")
            continue
        wanted = SECRETS[process.login] if process else SETUP[name]
        given = {Path(file).name for file in service["env_file"]}
        if given != wanted:
            yield Fault(COMPOSE, 0, f"{name} gets {sorted(wanted)}, not {sorted(given)}")
    for name in processes().keys() - started:
        yield Fault(COMPOSE, 0, f"no service starts the process {name}")


def _limits_of_units() -> Iterator[Fault]:
    for path in (path for path in project_files() if path.parent == FOLDER / "systemd" and path.suffix == ".service"):
        settings = dict(line.split("=", 1) for line in read(path).splitlines() if DIRECTIVE.match(line))
        for name in (name for name in LIMITS_OF_UNITS if not settings.get(name)):
            yield Fault(path, 0, f"sets no {name}")
        folder = f"/run/{settings.get('RuntimeDirectory', '').split(' ')[-1]}"
        if f"METRICS_DIR={folder}" not in read(FOLDER / "environment" / "common.env.example").splitlines():
            yield Fault(path, 0, f"{folder} is not the METRICS_DIR of common.env.example")


def _limits_of_services() -> Iterator[Fault]:
    compose: dict[str, Any] = yaml.safe_load(read(COMPOSE))
    for name, service in compose["services"].items():
        for mount in (mount for mount in service.get("tmpfs", ()) if "size=" not in mount):
            yield Fault(COMPOSE, 0, f"{name}: {mount} is memory without a maximum")
        if service["image"].startswith("rathausplatz:"):
            for limit in (limit for limit in LIMITS_OF_SERVICES if limit not in service):
                yield Fault(COMPOSE, 0, f"{name} sets no {limit}")


def _copies() -> Iterator[Fault]:
    """What container files copy and compose mounts is there."""
    for path in CONTAINERFILES:
        context = ROOT if path.parent == FOLDER else ROOT / path.parent
        copied = [line for line in read(path).splitlines() if line.startswith("COPY") and "--from=" not in line]
        sources = [word for line in copied for word in line.split()[1:-1] if not word.startswith("--")]
        for source in (source for source in sources if not (context / source).exists()):
            yield Fault(path, 0, f"there is no {source} to copy")
    services = yaml.safe_load(read(COMPOSE))["services"].values()
    mounted = [volume.split(":")[0] for service in services for volume in service.get("volumes", [])]
    for source in (source for source in mounted if source.startswith("./") and not source.startswith("./env/")):
        if not (ROOT / FOLDER / source).exists():
            yield Fault(COMPOSE, 0, f"there is no {source} to mount")


def _examples() -> Iterator[Fault]:
    """Each environment file that something reads has an example, and no example holds a secret."""
    for name in sorted(set().union(*SECRETS.values(), *SETUP.values())):
        if not (ROOT / FOLDER / "environment" / f"{name}.example").exists():
            yield Fault(FOLDER / "environment", 0, f"there is no {name}.example")
