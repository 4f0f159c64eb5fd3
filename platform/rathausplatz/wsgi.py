"""Django alone, as a WSGI application: what the front asks on its threads. granian runs `rathausplatz.rsgi`."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rathausplatz.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
