"""Who looks at uploaded files."""

from __future__ import annotations

from rathausplatz.settings.base import env

UPLOAD_SCANNER = env.str("UPLOAD_SCANNER", default="")
UPLOAD_SCANNER_AWAY = env.str("UPLOAD_SCANNER_AWAY", default="accept")
