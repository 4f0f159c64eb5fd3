"""The seal of documents. Without a key of its own the installation makes a development key."""

from __future__ import annotations

from rathausplatz.settings.base import env

DOCUMENT_SEAL_KEY = env.str("DOCUMENT_SEAL_KEY", default="")
DOCUMENT_SEAL_CERTIFICATE = env.str("DOCUMENT_SEAL_CERTIFICATE", default="")
