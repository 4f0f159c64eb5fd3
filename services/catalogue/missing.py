"""Where visitors tell the administration that they searched for something and found nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tenants.accounts.access import public
from tenants.communes.limits import Limit, address_of, is_exceeded

from .actions import note_miss
from .queries import search_services

TELLING = Limit("catalogue.missing", times=10, seconds=3600)
LONGEST = 120


@public
@never_cache
@require_POST
def missing(request: HttpRequest) -> HttpResponse:
    """Count the words of a search without a result. A search itself counts nothing: reading a page writes nothing."""
    words, language = request.POST.get("words", "")[:LONGEST], get_language() or "de"
    refused = is_exceeded(TELLING, address_of(request))
    if not refused and words.isprintable() and not search_services(words, language):
        note_miss(words=words, language=language)
    return render(request, "catalogue/missing.html", {"refused": refused}, status=429 if refused else 200)
