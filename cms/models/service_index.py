"""Services: the list from A to Z, by category, and each service's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import RoutablePageMixin, path

from cms.models.portal_page import PortalPage


class ServiceIndexPage(RoutablePageMixin, PortalPage):
    """`/anliegen/` lists what the commune offers, `/anliegen/<slug>/` shows one service."""

    template = "cms/service_index.html"
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Übersicht Anliegen")
        verbose_name_plural = _("Übersichten Anliegen")

    @path("", name="list")
    def list_services(self, request: HttpRequest) -> TemplateResponse:
        """A to Z, or one category with `?thema=`."""
        from cms.services import shelf_of_services

        shelf = shelf_of_services(request.GET.get("thema", ""))
        response: TemplateResponse = self.render(request, context_overrides=shelf)
        return response

    @path("<slug:slug>/", name="service")
    def show_service(self, request: HttpRequest, slug: str) -> TemplateResponse:
        """One service. 404 when the commune does not offer it."""
        from cms.services import service_context

        context: dict[str, Any] = service_context(self, request, slug)
        response: TemplateResponse = self.render(request, template="cms/service.html", context_overrides=context)
        return response
