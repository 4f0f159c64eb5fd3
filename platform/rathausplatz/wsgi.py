"""The WSGI application of web servers: the page cache in front, Django behind."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")

from django.core.wsgi import get_wsgi_application

django_application = get_wsgi_application()

from rathausplatz.page_cache import PageCache  # noqa: E402 -- needs the settings

application = PageCache(django_application)
