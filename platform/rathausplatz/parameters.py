"""What an address may ask: parameters short enough, of signs that can be stored, and no absurd numbers.

Views read `request.GET` without a form; a NUL or half a sign there would reach the database and come back as a fault of
ours. Forms and the API have maxima of their own (docs/explanation/budgets.md).
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.core.exceptions import BadRequest, FieldError, ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, set_urlconf
from django.utils.datastructures import MultiValueDictKeyError
from modelsearch.backends.base import FieldError as SearchFieldError

from rathausplatz.views import bad_request
from tenants.communes.text import has_unstorable_signs, storable

log = structlog.get_logger(__name__)
LONGEST_PARAMETER = 2000
# digits that a bigint has room for, whatever they are
LONGEST_NUMBER = 18
# words that somebody looks for may be any number
FREE_TEXT = frozenset({"q", "search", "query", "term", "next"})
DESK = "/redaktion/"
LIBRARIES = ("django.", "wagtail.", "modelsearch.", "modelcluster.", "treebeard.", "taggit.")
# what Wagtail's views raise for parameters and forms that they read without looking
MISREAD = (
    NoReverseMatch,
    MultiValueDictKeyError,
    DataError,
    FieldError,
    SearchFieldError,
    ValidationError,
    OverflowError,
    ValueError,
)


class ParametersMiddleware:
    """Replaces signs that can't be stored, and answers 400 to parameters that no view can make anything of.

    On every kind of host, before a view or a redirect looks anything up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = [(key, text) for key, values in request.GET.lists() for text in (key, *values)]
        if any(is_unusable(key, text) for key, text in asked):
            return _refuse(request)
        if any(has_unstorable_signs(text) for _key, text in asked):
            request.GET = _storable(request.GET)  # type: ignore[assignment]  # it is as immutable as the first
        response = self.get_response(request)
        return _refuse(request) if _is_wordless(request, response) else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """400 for what the database could not keep, and for a parameter that Wagtail's desk can't read.

        None for anything else. Rendered without the request, so without any query: the transaction is broken.
        """
        if not _is_unstorable(exception) and not _is_misread(request, exception):
            return None
        match = request.resolver_match
        log.warning("requests.unusable", route=match and match.route, error=type(exception).__name__)
        page = render_to_string("themes/errors/400.html")
        return HttpResponse(page, status=400, headers={"Cache-Control": "no-store"})


def is_unusable(key: str, value: str) -> bool:
    """Whether no view can make anything of a parameter."""
    if len(value) > LONGEST_PARAMETER:
        return True
    digits = value.strip().lstrip("+-")
    return key not in FREE_TEXT and len(digits) > LONGEST_NUMBER and digits.isdigit()


def _storable(given: QueryDict) -> QueryDict:
    """The same parameters with U+FFFD in place of what can't be stored."""
    kept = QueryDict(mutable=True, encoding=given.encoding)
    for name, values in given.lists():
        kept.setlist(storable(name), [storable(value) for value in values])
    kept._mutable = False
    return kept


def _is_unstorable(exception: Exception) -> bool:
    if isinstance(exception, DataError | UnicodeEncodeError):
        return True
    return isinstance(exception, ValueError) and "NUL (0x00)" in str(exception)


def _is_misread(request: HttpRequest, exception: Exception) -> bool:
    """Whether Wagtail stumbled over what it was sent: in code of libraries, never in ours."""
    if not request.path_info.startswith(DESK):
        return False
    place = _innermost(exception)
    searched = isinstance(exception, AttributeError) and place.startswith("modelsearch.")
    return searched or (isinstance(exception, MISREAD) and place.startswith(LIBRARIES))


def _innermost(exception: Exception) -> str:
    """The name of the module that raised it."""
    trace = exception.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))


def _is_wordless(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether Wagtail refuses with a few English words for its own scripts, where a person would see them bare."""
    if response.status_code != HTTPStatus.BAD_REQUEST or not request.path_info.startswith(DESK):
        return False
    bare = isinstance(response, HttpResponse) and b"<" not in response.content
    return bare and "json" not in response.headers.get("Content-Type", "")


def _refuse(request: HttpRequest) -> HttpResponse:
    # until a view is found, addresses are those of the operator's pages
    set_urlconf(getattr(request, "urlconf", None))
    return bad_request(request, BadRequest("parameters"))
