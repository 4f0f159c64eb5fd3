"""The landing page of participation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import ContentBlocks
from cms.models.portal_page import PortalPage


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
