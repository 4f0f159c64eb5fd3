"""Which draft a page is about: the one it was made from, not whichever the browser began last.

The session knows the tokens of its last drafts of each service. A page carries the draft's key in its form (and, beside
another draft of the same service, in its address): it names the draft and opens nothing.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from services.forms.models import Draft
from services.forms.queries import open_draft, sent_draft
from services.forms.stamps import key_of

SESSION_KEY = "drafts"
FIELD, PARAMETER = "_entwurf", "entwurf"
MOST_KEPT = 5


def remember_draft(request: HttpRequest, slug: str, token: str) -> None:
    """A draft has been begun here; it is the current one of its service now."""
    tokens = [*_tokens(request, slug), token][-MOST_KEPT:]
    request.session[SESSION_KEY] = {**request.session.get(SESSION_KEY, {}), slug: tokens}


def draft_of_page(request: HttpRequest, slug: str) -> Draft | None:
    """The open draft that this page was made from; None when it is unknown here, sent or expired."""
    return open_draft(token_of_page(request, slug))


def current_draft(request: HttpRequest, slug: str) -> Draft | None:
    """The open draft that was begun here last."""
    return open_draft(next(reversed(_tokens(request, slug)), ""))


def sent_draft_of_page(request: HttpRequest, slug: str) -> Draft | None:
    """The draft of this page if it has been sent."""
    return sent_draft(token_of_page(request, slug))


def token_of_page(request: HttpRequest, slug: str) -> str:
    """The token that the page's key names; the last one for a page that names none; "" for an unknown key."""
    tokens = _tokens(request, slug)
    key = request.POST.get(FIELD) or request.GET.get(PARAMETER)
    if not key:
        return next(reversed(tokens), "")
    return next((token for token in tokens if key_of(token) == key), "")


def address_of_step(request: HttpRequest, draft: Draft, name: str, *args: str) -> str:
    """An address of this draft's application. It names the draft where another one was begun later."""
    address = reverse(f"cases:{name}", args=[draft.offering_slug, *args])
    is_last = next(reversed(_tokens(request, draft.offering_slug)), "") == draft.token
    return address if is_last else f"{address}?{PARAMETER}={key_of(draft.token)}"


def _tokens(request: HttpRequest, slug: str) -> list[str]:
    kept = request.session.get(SESSION_KEY, {}).get(slug, [])
    return [kept] if isinstance(kept, str) else list(kept)  # the release before kept one
