"""What all pages of a portal have in common."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import set_urlconf
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PublishingPanel
from wagtail.models import Page
from wagtail.search import index

from cms.head import head_of
from cms.memory import address_of_page
from cms.placeholders import fill_text
from cms.structured import structured_data_of
from cms.trail import trail_of


class PortalPage(Page):
    """A page with a lead text, a trail of breadcrumbs and what search engines need to know."""

    introduction = models.TextField(
        _("Einleitung"),
        blank=True,
        help_text=_(
            "Ein bis drei Sätze, die sagen, worum es geht. {{ commune.name }} steht für den Namen der Kommune."
        ),
    )

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    promote_panels = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")], _("Für Suchmaschinen")
        ),
        MultiFieldPanel([FieldPanel("show_in_menus")], _("Für das Menü")),
    ]
    settings_panels = [PublishingPanel()]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]

    class Meta:
        abstract = True

    @property
    def lead(self) -> str:
        """The introduction with the commune's name filled in."""
        return fill_text(self.introduction)

    @property
    def portal_url(self) -> str:
        """The page's address (path) on the portal."""
        return address_of_page(self)

    og_article = False

    def described_for_machines(self, address: str) -> list[dict[str, Any]]:
        """What the page is, in the words of schema.org."""
        return []

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["breadcrumbs"] = trail_of(self, request)
        context["head"] = head_of(self, request)
        context["structured_data"] = structured_data_of(self, context)
        return context

    def serve_preview(self, request: HttpRequest, mode_name: str) -> Any:
        """Wagtail's. Its made-up request is never resolved, so which addresses reverse() knows is said here."""
        set_urlconf(getattr(request, "urlconf", None))
        return super().serve_preview(request, mode_name)

    def serve_password_required_response(self, request: HttpRequest, form: Any, action_url: str) -> TemplateResponse:
        """Ask for the password, without a word about the page."""
        request.cms_alternates = ()  # type: ignore[attr-defined]
        return TemplateResponse(request, "cms/password.html", {"form": form, "action_url": action_url})

    def get_view_restrictions(self) -> Any:
        """Wagtail's. Who found the page by its address knows already whether there are any (`cms.queries`)."""
        if getattr(self, "is_restricted", True):
            return super().get_view_restrictions()
        from wagtail.models import PageViewRestriction

        return PageViewRestriction.objects.none()
