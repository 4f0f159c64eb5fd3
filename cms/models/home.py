"""The home page: one question, the most wanted errands, what is open, what is new."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms.blocks import ContentBlocks
from cms.models.portal_page import PortalPage
from cms.structured import organization


class HomePage(PortalPage):
    """The first page in one language. Everything on it but the wording comes from the other rooms."""

    question = models.CharField(_("Frage"), max_length=80)
    placeholder = models.CharField(_("Beispiel im Suchfeld"), max_length=80, blank=True)
    errands_title = models.CharField(_("Titel über den Anliegen"), max_length=80)
    participation_title = models.CharField(_("Titel des Bandes Mitmachen"), max_length=80)
    body = StreamField(ContentBlocks(required=False), blank=True, verbose_name=_("Weitere Inhalte"))

    template = "cms/home.html"
    max_count_per_parent = 2
    parent_page_types = ["wagtailcore.Page"]
    content_panels = [
        *PortalPage.content_panels,
        MultiFieldPanel([FieldPanel("question"), FieldPanel("placeholder")], _("Die eine Frage")),
        MultiFieldPanel([FieldPanel("errands_title"), FieldPanel("participation_title")], _("Abschnitte")),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("Startseite")
        verbose_name_plural = _("Startseiten")

    def described_for_machines(self, address: str) -> list[dict[str, Any]]:
        return [organization()]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.home import sections_of_home

        return super().get_context(request, *args, **kwargs) | sections_of_home(self, request)
