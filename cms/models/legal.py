"""Imprint, privacy, accessibility: pages the law asks for."""

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


class LegalKind(models.TextChoices):
    """Which duty a page fulfils."""

    IMPRINT = "imprint", _("Impressum")
    PRIVACY = "privacy", _("Datenschutz")
    ACCESSIBILITY = "accessibility", _("Erklärung zur Barrierefreiheit")


class LegalPage(PortalPage):
    """A legal page: facts from the contact settings first, then the text."""

    kind = models.CharField(_("Art"), max_length=15, choices=LegalKind)
    reviewed_on = models.DateField(_("Zuletzt geprüft am"), null=True, blank=True)
    body = StreamField(ContentBlocks(required=False), blank=True, verbose_name=_("Inhalt"))

    template = "cms/legal.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*PortalPage.content_panels, FieldPanel("kind"), FieldPanel("reviewed_on"), FieldPanel("body")]
    search_fields = [*PortalPage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("Rechtliche Seite")
        verbose_name_plural = _("Rechtliche Seiten")
        constraints = [models.CheckConstraint(condition=models.Q(kind__in=LegalKind.values), name="legal_kind_known")]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.contact import legal_rows, ways_to_report_barriers

        context = super().get_context(request, *args, **kwargs)
        context["rows"] = legal_rows(self.kind)
        return context | ways_to_report_barriers(self.kind)
