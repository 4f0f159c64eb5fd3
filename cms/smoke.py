"""What tells that a restored commune's pages live: its home page can be shown."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import set_urlconf

from cms.memory import portal_site
from tenants.communes.hosts import HostKind
from tenants.communes.scope import require_commune


class HomePageMissingError(RuntimeError):
    """The commune has no home page, or it shows nothing."""


def show_home() -> None:
    """Render the home page for nobody. Raises HomePageMissingError, or whatever rendering raises."""
    site = portal_site()
    page = site.root_page.specific if site else None
    if page is None or not page.live:
        raise HomePageMissingError("There is no home page.")
    set_urlconf(f"{settings.ROOT_URLCONF.rpartition('.')[0]}.{HostKind.PORTAL}")
    try:
        answer = page.serve(_request(require_commune().primary_host))
        answer.render()
    finally:
        set_urlconf(None)
    if answer.status_code != 200 or b"</html>" not in answer.content:
        raise HomePageMissingError(f"The home page answers with {answer.status_code}.")


def _request(host: str) -> HttpRequest:
    request = HttpRequest()
    request.method, request.path = "GET", "/"
    request.META = {"SERVER_NAME": host, "SERVER_PORT": "443", "HTTP_HOST": host, "REMOTE_ADDR": "127.0.0.1"}
    request.user = AnonymousUser()
    return request
