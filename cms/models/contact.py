"""The contact page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import ContentBlocks
from cms.models.portal_page import PortalPage
from cms.structured import organization


class ContactPage(PortalPage):
    """Address, places with opening hours and responsible units, followed by what editors add."""

    body = StreamField(ContentBlocks(required=False), blank=True, verbose_name=_("Inhalt"))

    template = "cms/contact.html"
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*PortalPage.content_panels, FieldPanel("body")]
    search_fields = [*PortalPage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("Kontaktseite")
        verbose_name_plural = _("Kontaktseiten")

    def described_for_machines(self, address: str) -> list[dict[str, Any]]:
        return [organization()]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.contact import offices_for_contact

        return super().get_context(request, *args, **kwargs) | offices_for_contact()
