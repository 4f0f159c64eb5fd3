"""The project as django-tenants runs it by itself: its backend and its router on the same database."""

from __future__ import annotations

from rathausplatz.settings import *  # noqa: F403
from rathausplatz.settings import DATABASES as _ours

DATABASES = {"default": _ours["default"] | {"ENGINE": "django_tenants.postgresql_backend", "OPTIONS": {}}}
DATABASE_ROUTERS: tuple[str, ...] = (  # type: ignore[no-redef,assignment]
    "django_tenants.routers.TenantSyncRouter",
)
