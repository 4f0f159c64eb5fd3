"""News."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string
from wagtail.search import index

from cms.blocks import ContentBlocks
from cms.models.portal_page import PortalPage
from cms.structured import news_article

NEWS_PER_PAGE = 12


class NewsIndexPage(PortalPage):
    """All news, newest first."""

    template = "cms/news_index.html"
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.NewsPage"]

    class Meta:
        verbose_name = _("Übersicht Aktuelles")
        verbose_name_plural = _("Übersichten Aktuelles")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.queries import news_for_public

        context = super().get_context(request, *args, **kwargs)
        paginator = Paginator(news_for_public(self.locale_id), NEWS_PER_PAGE)
        context["news"] = paginator.get_page(request.GET.get("page"))
        return context


class NewsPage(PortalPage):
    """One piece of news. Its introduction is the teaser in lists and feeds."""

    date = models.DateField(_("Datum"), default=timezone.localdate)
    picture = models.ForeignKey(
        get_image_model_string(), models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Bild")
    )
    picture_description = models.CharField(
        _("Bildbeschreibung"),
        max_length=250,
        blank=True,
        help_text=_("Was ist zu sehen? Pflicht, sobald ein Bild gewählt ist."),
    )
    body = StreamField(ContentBlocks(required=False), blank=True, verbose_name=_("Inhalt"))

    template = "cms/news.html"
    og_article = True
    parent_page_types = ["cms.NewsIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        TitleFieldPanel("title"),
        FieldPanel("date"),
        FieldPanel("introduction"),
        FieldPanel("picture"),
        FieldPanel("picture_description"),
        FieldPanel("body"),
    ]
    search_fields = [*PortalPage.search_fields, index.SearchField("body"), index.FilterField("date")]

    class Meta:
        verbose_name = _("Meldung")
        verbose_name_plural = _("Meldungen")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(picture__isnull=True) | ~models.Q(picture_description=""),
                name="news_picture_described",
            )
        ]
        indexes = [models.Index(fields=["-date"], name="news_by_date")]

    def clean(self) -> None:
        from django.core.exceptions import ValidationError

        super().clean()
        if self.picture_id and not self.picture_description.strip():
            raise ValidationError({"picture_description": _("Beschreiben Sie, was auf dem Bild zu sehen ist.")})

    def described_for_machines(self, address: str) -> list[dict[str, Any]]:
        return [news_article(self, address)]
