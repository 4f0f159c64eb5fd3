"""The landing page of participation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import ContentBlocks
from cms.models.portal_page import PortalPage

IDEAS_ON_LANDING = 5


class ParticipationIndexPage(PortalPage):
    """How to take part, with live figures and the newest ideas."""

    body = StreamField(ContentBlocks(required=False), blank=True, verbose_name=_("Inhalt"))

    template = "cms/participation_index.html"
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.ContentPage"]
    content_panels = [*PortalPage.content_panels, FieldPanel("body")]
    search_fields = [*PortalPage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("Übersicht Mitmachen")
        verbose_name_plural = _("Übersichten Mitmachen")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.home import band_of_participation

        return super().get_context(request, *args, **kwargs) | band_of_participation(IDEAS_ON_LANDING)
