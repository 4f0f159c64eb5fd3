"""What was sent from a page that is no longer valid: somebody signed in or out in another tab, or lost their cookies.

Django's own answer is a page of Django's, and what was typed is gone. Ours lets it be sent once more, but only where
the browser itself says that it comes from a page of this host (`Origin`): a stranger's page could have its form sent by
one more click otherwise.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

MOST_FIELDS, MOST_LETTERS = 5_000, 2_000_000
# passwords and codes are typed again
NEVER_REPEATED = ("/konto/", "/en/konto/")
TOKEN = "csrfmiddlewaretoken"  # noqa: S105  the field's name
TURNED_AWAY = 403


def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose token does not fit (CSRF_FAILURE_VIEW)."""
    typed = _typed(request) if _is_from_a_page_of_ours(request) else []
    context = {"typed": typed, "address": request.get_full_path(), "has_files": bool(typed and request.FILES)}
    page = render_to_string("themes/errors/csrf.html", context, request=request)
    return HttpResponse(page, status=TURNED_AWAY, headers={"Cache-Control": "no-store"})


def _is_from_a_page_of_ours(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Names and values of what was sent; nothing where it may not, or is too much to, be repeated."""
    if request.path.startswith(NEVER_REPEATED):
        return []
    pairs = [(name, str(value)) for name, values in request.POST.lists() if name != TOKEN for value in values]
    letters = sum(len(name) + len(value) for name, value in pairs)
    return pairs if len(pairs) <= MOST_FIELDS and letters <= MOST_LETTERS else []
