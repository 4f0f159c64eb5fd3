"""Caches: memory of the process. Every alias carries the commune in its keys (system check communes.E002)."""

from __future__ import annotations

_memory = {
    "BACKEND": "tenants.communes.caching.CommuneMemory",
    "KEY_FUNCTION": "tenants.communes.caching.key_of_commune",
}
CACHES = {
    "default": {**_memory, "TIMEOUT": 3600},
    "renditions": {**_memory, "KEY_PREFIX": "renditions", "TIMEOUT": 7 * 24 * 3600},
}
# rows only: signing out, here or by an administrator, holds with the commit
SESSION_ENGINE = "django.contrib.sessions.backends.db"
