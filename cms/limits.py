"""How often one may guess the password of a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from tenants.communes.limited_views import LimitedView, Tries, limited_views
from tenants.communes.limits import HOUR, MINUTE, Limit, address_of

WRONG_OF_VISITOR = Limit("cms.wrong-password-of-visitor", times=10, seconds=15 * MINUTE)
WRONG_AT_PAGE = Limit("cms.wrong-password-at-page", times=300, seconds=HOUR)


def _tries(request: HttpRequest, kwargs: dict[str, Any]) -> Tries:
    return (WRONG_OF_VISITOR, address_of(request)), (WRONG_AT_PAGE, str(kwargs["page_view_restriction_id"]))


def _was_right(response: HttpResponseBase) -> bool:
    """Wagtail sends on whoever knows the password, and shows the form again to others."""
    return response.status_code == 302


def register() -> None:
    """Enter Wagtail's form for passwords of pages among the limited views."""
    limited_views.register("wagtailcore_authenticate_with_password", LimitedView(_tries, _was_right))
