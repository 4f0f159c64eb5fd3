"""The same code as plain single-tenant Wagtail: Django's own PostgreSQL backend, one schema, no tenancy.

SINGLE_ATOMIC=1 gives each request a transaction (Django's ATOMIC_REQUESTS); Wagtail's own default is none.
"""

from __future__ import annotations

import os

from rathausplatz.settings import *  # noqa: F403
from rathausplatz.settings import DATABASES as _ours
from rathausplatz.settings import INSTALLED_APPS as _apps
from rathausplatz.settings import MIDDLEWARE as _middleware

DATABASES = {
    "default": _ours["default"]
    | {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": {},
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "ATOMIC_REQUESTS": os.environ.get("SINGLE_ATOMIC") == "1",
    }
}
DATABASE_ROUTERS: tuple[str, ...] = ()  # type: ignore[no-redef]
INSTALLED_APPS = [name for name in _apps if name != "django_tenants"]
ROOT_URLCONF = "rathausplatz.urls.portal"
_instead = {"tenants.communes.middleware.HostMiddleware": "infra.bench.single_site.SingleSiteMiddleware"}
_without = {"tenants.communes.middleware.RollbackMiddleware"}
MIDDLEWARE = [_instead.get(name, name) for name in _middleware if name not in _without]
