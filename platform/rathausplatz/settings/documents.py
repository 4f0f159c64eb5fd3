"""The seal of documents. Without a key of its own the installation makes a development key."""

from __future__ import annotations

from rathausplatz.settings.base import env

DOCUMENT_SEAL_KEY = env.str("DOCUMENT_SEAL_KEY", default="")
DOCUMENT_SEAL_CERTIFICATE = env.str("DOCUMENT_SEAL_CERTIFICATE", default="")
DOCUMENT_SEAL_CHAIN = env.str("DOCUMENT_SEAL_CHAIN", default="")
DOCUMENT_SEAL_PASSPHRASE = env.str("DOCUMENT_SEAL_PASSPHRASE", default="")
DOCUMENT_SEAL_FORMER_CERTIFICATES = env.str("DOCUMENT_SEAL_FORMER_CERTIFICATES", default="")
