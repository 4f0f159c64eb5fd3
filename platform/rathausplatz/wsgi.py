"""The WSGI application of web servers: the page cache in front, Django behind."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")
application = get_wsgi_application()
