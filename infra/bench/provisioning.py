"""How long it takes until an ordered commune has its portal."""

from __future__ import annotations

import time

from infra.bench.report import median, milliseconds, percentile, print_table

COMMUNES = 10


def measure_provisioning() -> None:
    """Request and provision communes one after another, in this process."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tenants.communes.actions import CommuneOrder, request_commune
    from tenants.communes.provisioning.steps import provision_commune

    times = []
    for number in range(COMMUNES):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            order = CommuneOrder(official_name=f"Messdorf {number}", admin_email="verwaltung@messdorf.example")
            run = request_commune(order=order, actor=None)
            provision_commune(run_id=run.pk)
        times.append(time.perf_counter() - began)
    rows = [[COMMUNES, *(milliseconds(t) for t in (median(times), percentile(times, 0.95), max(times))), len(queries)]]
    print_table("Provisioning: order → live portal", ["communes", "median", "p95", "longest", "SQL statements"], rows)
