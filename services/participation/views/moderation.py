"""The editors' queue: reported ideas first; hide with a reason, show again, or find in order."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from services.participation import actions, queries
from services.participation.faults import IdeaError
from services.participation.models import Idea
from tenants.accounts.access import allowed
from tenants.communes.text import tidy_line

MODERATE = "participation.moderate_ideas"
PER_PAGE = 25


@allowed(MODERATE)
@require_safe
def moderation(request: HttpRequest) -> HttpResponse:
    """The queue."""
    only = request.GET.get("only", "")
    page = Paginator(queries.ideas_for_moderation(only), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "only": only, "query": f"only={only}" if only else ""}
    return render(request, "participation/desk/moderation.html", context)


@allowed(MODERATE)
@require_POST
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hide an idea."""
    return _do(request, pk, "hide")


@allowed(MODERATE)
@require_POST
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an idea again."""
    return _do(request, pk, "show")


@allowed(MODERATE)
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Find an idea in order."""
    return _do(request, pk, "dismiss")


def _do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    idea = get_object_or_404(Idea, pk=pk)
    try:
        if verb == "hide":
            actions.hide_idea(idea=idea, actor=request.user, reason=tidy_line(request.POST.get("reason", "")[:600]))
            messages.success(request, _("Die Idee ist ausgeblendet."))
        elif verb == "show":
            actions.show_idea(idea=idea, actor=request.user)
            messages.success(request, _("Die Idee ist wieder öffentlich."))
        else:
            actions.dismiss_reports(idea=idea, actor=request.user)
            messages.success(request, _("Die Hinweise sind erledigt, die Idee bleibt."))
    except IdeaError as error:
        messages.error(request, error.sentence)
    except PermissionDenied:
        messages.error(request, _("Über Ihre eigene Idee entscheidet jemand anderes."))
    return HttpResponseRedirect(reverse("participation:moderation"))
