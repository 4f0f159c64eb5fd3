"""News as RSS."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms.addresses import absolute, address_of, language_prefix
from cms.models import NewsPage
from cms.placeholders import fill_text
from cms.queries import news_in
from tenants.communes.scope import require_commune

ITEMS = 20


class NewsFeed(Feed):
    """The newest news in the language of the address."""

    feed_type = Rss201rev2Feed

    def get_object(self, request: HttpRequest) -> str:
        return (get_language() or "de")[:2]

    def title(self, language: str) -> str:
        return _("Aktuelles aus %(name)s") % {"name": require_commune().name}

    def link(self, language: str) -> str:
        return absolute(f"{language_prefix(language)}/aktuelles/")

    def feed_url(self, language: str) -> str:
        return absolute(f"{language_prefix(language)}/aktuelles/rss.xml")

    def description(self, language: str) -> str:
        return _("Neue Meldungen der Verwaltung.")

    def items(self, language: str) -> Any:
        return news_in(language)[:ITEMS]

    def item_title(self, item: NewsPage) -> str:
        return fill_text(item.title)

    def item_description(self, item: NewsPage) -> str:
        return item.lead

    def item_link(self, item: NewsPage) -> str:
        return absolute(address_of(item.url_path, (get_language() or "de")[:2]))

    def item_guid(self, item: NewsPage) -> str:
        return f"urn:uuid:{item.translation_key}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: NewsPage) -> datetime:
        """When it was published; eight in the morning of its date, if that lies on an earlier day."""
        published: datetime | None = item.first_published_at
        if published is not None and item.date >= timezone.localdate(published):
            return published
        return timezone.make_aware(datetime.combine(item.date, time(8)))
