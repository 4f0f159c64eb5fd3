"""Run all measurements against one demonstration and print the tables of docs/reference/performance.md."""

from __future__ import annotations

import os
import sys

from infra.bench.report import machine
from infra.bench.site import DATA, ROOT, demonstration


def main() -> None:
    """Measure everything, or only the parts named on the command line."""
    wanted = set(sys.argv[1:]) or {
        "pages",
        "wire",
        "throughput",
        "invalidation",
        "provisioning",
        "documents",
        "line",
        "queues",
    }
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    sys.stdout.write(f"Measured on {machine()}\n")
    with demonstration() as port:
        _connect()
        measure(port, wanted)


def _connect() -> None:
    from infra.embedded.postgres import find_or_start

    find_or_start(DATA)
    os.environ["DJANGO_SETTINGS_MODULE"] = "rathausplatz.settings"
    import django

    django.setup()
    from tenants.communes.invalidation import listener

    listener.start()


def measure(port: int, wanted: set[str]) -> None:
    """Run the wanted measurements against the demonstration on `port`."""
    from infra.bench import documents, line, pages, provisioning, queues, throughput
    from infra.testing.browser import find_or_install_browser
    from tenants.communes.queries import find_commune, open_communes

    gera = find_commune("gera").ref()
    if "pages" in wanted:
        pages.measure_server_side(gera.primary_host, pages.PAGES)
    if "wire" in wanted:
        pages.measure_wire(f"http://{gera.primary_host}:{port}", pages.PAGES, str(find_or_install_browser()))
    if "throughput" in wanted:
        throughput.measure_throughput(port, gera.primary_host)
    if "invalidation" in wanted:
        throughput.measure_invalidation(port, gera.primary_host, gera)
    if "provisioning" in wanted:
        provisioning.measure_provisioning()
    if "documents" in wanted:
        documents.report_documents(gera)
    if "line" in wanted:
        line.measure_line(port, gera.primary_host)
    if "queues" in wanted:
        queues.measure_queues(
            gera.schema, [commune.schema_name for commune in open_communes() if commune.pk != gera.id]
        )


if __name__ == "__main__":
    main()
