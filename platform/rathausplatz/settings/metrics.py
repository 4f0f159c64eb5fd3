"""Figures for Prometheus (`rathausplatz serve-internal`)."""

from __future__ import annotations

from pathlib import Path

from rathausplatz.settings.base import DATA_DIR, env

# shared by all processes of one machine that count, and by the one that answers `/metrics`
METRICS_DIR = Path(env.str("METRICS_DIR", default=str(DATA_DIR / "metrics")))
METRICS_COMMUNES_MOST = env.int("METRICS_COMMUNES_MOST", default=200)
