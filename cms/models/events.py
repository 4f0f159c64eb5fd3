"""Events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks import ContentBlocks
from cms.models.portal_page import PortalPage
from cms.moments import end_of_day
from cms.structured import public_event

EVENTS_PER_PAGE = 20


class EventIndexPage(PortalPage):
    """What is coming, soonest first."""

    template = "cms/event_index.html"
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.EventPage"]

    class Meta:
        verbose_name = _("Übersicht Veranstaltungen")
        verbose_name_plural = _("Übersichten Veranstaltungen")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.home import until_one_ends
        from cms.queries import coming_events

        context = super().get_context(request, *args, **kwargs)
        paginator = Paginator(coming_events(self.locale_id, timezone.now()), EVENTS_PER_PAGE)
        events = paginator.get_page(request.GET.get("page"))
        events.object_list = until_one_ends(request, events.object_list)
        context["events"] = events
        return context


class EventPage(PortalPage):
    """One event."""

    starts_at = models.DateTimeField(_("Beginn"))
    ends_at = models.DateTimeField(_("Ende"), null=True, blank=True)
    place = models.CharField(_("Ort"), max_length=160)
    address = models.CharField(_("Adresse"), max_length=200, blank=True)
    price = models.CharField(_("Eintritt"), max_length=120, blank=True, help_text=_("Zum Beispiel: frei"))
    body = StreamField(ContentBlocks(required=False), blank=True, verbose_name=_("Inhalt"))

    template = "cms/event.html"
    parent_page_types = ["cms.EventIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        TitleFieldPanel("title"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                FieldPanel("place"),
                FieldPanel("address"),
            ],
            _("Wann und wo"),
        ),
        FieldPanel("price"),
        FieldPanel("introduction"),
        FieldPanel("body"),
    ]
    search_fields = [*PortalPage.search_fields, index.SearchField("place"), index.SearchField("body")]

    class Meta:
        verbose_name = _("Veranstaltung")
        verbose_name_plural = _("Veranstaltungen")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gte=models.F("starts_at")),
                name="event_ends_after_start",
            )
        ]
        indexes = [models.Index(fields=["starts_at"], name="events_by_start")]

    @property
    def over_at(self) -> datetime:
        """From when on it is no longer listed (see `cms.queries.not_over`)."""
        return self.ends_at or end_of_day(self.starts_at)

    @property
    def ends_on_another_day(self) -> bool:
        """Whether its end needs a date of its own."""
        return bool(self.ends_at) and localdate(self.ends_at) != localdate(self.starts_at)

    def clean(self) -> None:
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("Das Ende liegt vor dem Beginn.")})

    def described_for_machines(self, address: str) -> list[dict[str, Any]]:
        return [public_event(self, address)]
