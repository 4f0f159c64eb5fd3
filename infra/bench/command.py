"""`rathausplatz bench SUBJECT`: which measurement, each with options of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

SUBJECTS = {
    "tenancy": "infra.bench.tenancy",
    "attacks": "infra.bench.attacks.command",
    "chaos": "infra.bench.disasters.command",
    "fleet-pages": "infra.bench.fleet_pages",
}


def run(argv: Sequence[str]) -> int:
    """Run what the first word names. Returns the exit code; 2 and a sentence for a word that names nothing."""
    subject = argv[0] if argv else ""
    if subject not in SUBJECTS:
        sys.stderr.write(f"Name what to measure: rathausplatz bench {' | '.join(SUBJECTS)}\n")
        return 2
    return int(import_module(SUBJECTS[subject]).run(argv))
