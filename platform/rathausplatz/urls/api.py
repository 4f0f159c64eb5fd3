"""The HTTP API of a portal: the rooms' routers under /api/v1/, its specification, and a page to try it."""

from __future__ import annotations

from importlib import import_module

from django.urls import path
from ninja import NinjaAPI
from ninja.security import django_auth

ROOMS = ("services.catalogue", "services.cases", "services.documents", "services.participation", "cms")

api = NinjaAPI(
    title="Rathausplatz",
    version="1",
    description="Services, applications and participation of one commune. German by default, English with `/en/`.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    auth=django_auth,
    urls_namespace="api",
)
for room in ROOMS:
    api.add_router("/v1", import_module(f"{room}.api").router, tags=[room.rsplit(".", 1)[-1]])

urlpatterns = [path("api/", api.urls)]
