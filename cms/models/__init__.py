"""Page types and settings. One file per noun."""

from cms.models.contact import ContactPage
from cms.models.content import ContentPage
from cms.models.events import EventIndexPage, EventPage
from cms.models.home import HomePage
from cms.models.legal import LegalPage
from cms.models.news import NewsIndexPage, NewsPage
from cms.models.participation import ParticipationIndexPage
from cms.models.portal_page import PortalPage
from cms.models.service_index import ServiceIndexPage
from cms.models.settings import ContactSettings, FooterSettings

__all__ = [
    "ContactPage",
    "ContactSettings",
    "ContentPage",
    "EventIndexPage",
    "EventPage",
    "FooterSettings",
    "HomePage",
    "LegalPage",
    "NewsIndexPage",
    "NewsPage",
    "ParticipationIndexPage",
    "PortalPage",
    "ServiceIndexPage",
]
