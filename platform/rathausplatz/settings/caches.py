"""Caches. Every alias carries the commune in its keys (system check communes.E002)."""

from __future__ import annotations

from rathausplatz.settings.base import DATA_DIR, env

CACHE_URL = env.str("CACHE_URL", default="")
_key = {"KEY_FUNCTION": "tenants.communes.caching.key_of_commune"}
_shared = (
    {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL
    else {
        "BACKEND": "tenants.communes.caching.CommuneFileCache",
        "LOCATION": str(DATA_DIR / "cache"),
    }
)
CACHES = {
    "default": {**_shared, **_key, "TIMEOUT": 3600},
    "renditions": {**_shared, **_key, "KEY_PREFIX": "renditions", "TIMEOUT": 7 * 24 * 3600},
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if CACHE_URL else "django.contrib.sessions.backends.db"
