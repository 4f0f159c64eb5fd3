"""Content pages: what editors write freely."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import ContentBlocks
from cms.models.portal_page import PortalPage


class ContentPage(PortalPage):
    """A page of blocks. Pages below it are listed at its end."""

    easy_language = models.BooleanField(
        _("Diese Seite ist in Leichter Sprache"),
        default=False,
        help_text=_("Die oberste solche Seite steht ganz oben auf jeder Seite des Portals."),
    )
    body = StreamField(ContentBlocks(required=False), blank=True, verbose_name=_("Inhalt"))

    template = "cms/content.html"
    parent_page_types = ["cms.HomePage", "cms.ContentPage"]
    subpage_types = ["cms.ContentPage"]
    content_panels = [*PortalPage.content_panels, FieldPanel("body"), FieldPanel("easy_language")]
    search_fields = [*PortalPage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("Inhaltsseite")
        verbose_name_plural = _("Inhaltsseiten")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.queries import children_for_public

        context = super().get_context(request, *args, **kwargs)
        context["below"] = children_for_public(self) if self.numchild else []
        return context
