"""What granian runs for web servers: the front, and Django behind it. `rathausplatz serve` runs it."""

from __future__ import annotations

from rathausplatz.wsgi import application as django_application  # sets Django up first

# isort: split
from django.conf import settings
from django.urls import get_resolver

from rathausplatz.front.application import Front
from rathausplatz.starting import begin_child
from tenants.communes.hosts import HostKind

begin_child()
application = Front(django_application, threads=settings.WEB_THREADS)
for kind in HostKind:
    # loads all views: no visitor waits for that, because a process listens only when this module is through
    get_resolver(f"rathausplatz.urls.{kind}").reverse_dict  # noqa: B018
