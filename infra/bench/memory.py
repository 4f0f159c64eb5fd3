"""What a backend of PostgreSQL keeps in memory of the communes it has served, with and without worker affinity.

A backend caches what it has learnt of each table, and never forgets: a schema more is memory more, in each backend
that meets it. With affinity (consistent hashing by host in the Caddyfile) a backend meets its share of the communes;
without, it meets all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.bench.report import median, print_table

PAGE = "/anliegen/"
STOPS = (1, 10, 30, 100, 300, 1000, 3000)


@dataclass(frozen=True, slots=True)
class BackendMemory:
    """Bytes of one backend: `own` is anonymous memory (caches and work), `share` adds its part of what is shared."""

    own: int
    share: int


class MemoryUnreadableError(RuntimeError):
    """The server's processes can't be looked at from here."""


def backend_memory(pid: int) -> BackendMemory:
    """What the process uses now (Linux, /proc/<pid>/smaps_rollup). Raises MemoryUnreadableError with a sentence."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError as error:
        raise MemoryUnreadableError(
            f"The memory of backend {pid} can't be read ({type(error).__name__}): run this on the database's machine, "
            "as root or as the server's user."
        ) from error
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    return BackendMemory(own=sizes["Pss_Anon"], share=sizes["Pss"])


def measure_memory(schemas: Sequence[str], connections: int = 4) -> None:
    """Visit a page of each commune through connections of Django's, and print what their backends have grown to.

    Two tables: one backend that meets more and more communes, and `connections` backends that share the communes
    between them (affinity) or meet all of them (no affinity).
    """
    from tenants.communes.queries import find_commune

    hosts = [find_commune(schema).ref().primary_host for schema in schemas]
    _after(hosts)  # what the process and its cache keep of a commune, the database is not asked for again
    grown = _growth(hosts)
    first = grown[0][1].own
    rows = []
    for touched, memory in grown:
        each = f"{(memory.own - first) / 1024 / (touched - 1):.0f} kB" if touched > 1 else "–"
        rows.append([touched, megabytes(memory.own), megabytes(memory.share), each])
    print_table(f"One backend, one visit to {PAGE} per commune", ["communes", "own", "PSS", "each further one"], rows)
    apart = [_after(hosts[number::connections]) for number in range(connections)]
    # each meets them in another order, as requests do
    mixed = [grown[-1][1], *(_after(hosts[number:] + hosts[:number]) for number in range(1, connections))]
    table = []
    for name, backends, touched in (
        ("with", apart, -(-len(hosts) // connections)),
        ("without", mixed, len(hosts)),
    ):
        own = [memory.own for memory in backends]
        table.append([name, touched, megabytes(median(own)), megabytes(sum(own))])
    ratio = sum(memory.own for memory in mixed) / sum(memory.own for memory in apart)
    table.append(["ratio", "", "", f"{ratio:.2f}"])
    head = ["affinity", "communes a backend", "own, median", f"own, all {connections}"]
    print_table(f"{connections} backends, {len(hosts)} communes", head, table)


def megabytes(size: float) -> str:
    """Bytes as megabytes (1,048,576) with one decimal."""
    return f"{size / 1048576:.1f} MB"


@contextmanager
def _fresh_backend() -> Iterator[int]:
    """Django's connection of this thread, newly made; yields the pid of its backend."""
    from django.db import connection

    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = int(cursor.fetchone()[0])
    yield pid
    connection.close()


def _visit(host: str, pid: int) -> None:
    from django.db import connection
    from django.test import Client

    answer = Client(headers={"host": host}).get(PAGE)
    if answer.status_code != 200:
        raise SystemExit(f"http://{host}{PAGE} answered {answer.status_code}.")
    if connection.connection is None or connection.connection.info.backend_pid != pid:
        raise SystemExit("The connection was replaced on the way: nothing can be said of its backend.")


def _growth(hosts: Sequence[str]) -> list[tuple[int, BackendMemory]]:
    """The memory of one backend after 1, 10, 30 … and all communes."""
    stops = sorted({stop for stop in STOPS if stop < len(hosts)} | {len(hosts)})
    found = []
    with _fresh_backend() as pid:
        for number, host in enumerate(hosts, 1):
            _visit(host, pid)
            if number in stops:
                found.append((number, backend_memory(pid)))
    return found


def _after(hosts: Sequence[str]) -> BackendMemory:
    """The memory of a new backend after a visit to each host."""
    with _fresh_backend() as pid:
        for host in hosts:
            _visit(host, pid)
        return backend_memory(pid)
