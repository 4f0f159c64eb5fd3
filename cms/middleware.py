"""The content security policy of the editors' desk. Why it differs: docs/decisions/0020."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponseBase

DESK = "/redaktion/"
# what Wagtail 8 was seen to need: date fields and choosers start by inline script, the text editor sets inline styles,
# the preview is a frame
DESK_ALLOWS = {
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
}
# a page shown inside the preview keeps the portal's policy; only the desk may frame it
PREVIEW_ALLOWS = {"frame-ancestors": [SELF]}


class DeskPolicyMiddleware:
    """Relaxes the policy below /redaktion/, and there only what is needed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "is_preview", False):
            response._csp_replace = PREVIEW_ALLOWS  # type: ignore[attr-defined]
        elif request.path.startswith(DESK):
            response._csp_replace = DESK_ALLOWS  # type: ignore[attr-defined]
        return response
