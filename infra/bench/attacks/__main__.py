"""`python -m infra.bench.attacks NAME HOST PORT SECONDS`: one attacker in a process of its own."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial

from infra.bench.attacks import insiders, strangers
from infra.bench.attacks.strangers import Target

# all attackers alike leave the processor to the server if it wants it
NICE = 5
ATTACKS: dict[str, Callable[[Target], None]] = {
    "H1 hostile PDFs": strangers.pdfs,
    "H2 plates": strangers.plates,
    "H3 12 slow bodies": partial(strangers.slow_bodies, number=12),
    "H3 60 slow bodies": partial(strangers.slow_bodies, number=60),
    "H4 big bodies": strangers.big_bodies,
    "H5 SVG comments": insiders.comments,
    "H5 SVG copies": insiders.copies,
    "H5 zones": insiders.zones,
    "H5 WOFF2": insiders.fonts,
    "H5 PNG": insiders.pictures,
    "H7 flood": strangers.floods,
}


def main(name: str, host: str, port: str, seconds: str) -> None:
    """Attack, and say what came of it."""
    os.nice(NICE)
    target = Target(int(port), host, time.monotonic() + float(seconds))
    try:
        ATTACKS[name](target)
    finally:
        sys.stdout.write(json.dumps(target.answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
