"""Tables for people: rows of text, medians and percentiles, and the machine they were measured on."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds with one decimal."""
    return f"{seconds * 1000:.1f} ms"


def kilobytes(size: float) -> str:
    """Bytes as kilobytes (1,000) with one decimal."""
    return f"{size / 1000:.1f} kB"


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print one Markdown table, so that it can be pasted into the reference page."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    sys.stdout.write(f"\n### {title}\n\n" + "\n".join(lines) + "\n")
    sys.stdout.flush()


def machine() -> str:
    """What this ran on, in one line."""
    name = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        name = next((x.split(":", 1)[1].strip() for x in cpuinfo.read_text().splitlines() if "model name" in x), name)
    return f"{os.cpu_count()} cores ({name}), {platform.system()}, Python {platform.python_version()}"
