"""The screens of the desk where an administrator looks after colleagues' accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.accounts import actions
from tenants.accounts.access import allowed
from tenants.accounts.forms import ColleagueForm, InvitationForm
from tenants.accounts.invitations import undelivered_invitations
from tenants.accounts.models import User
from tenants.accounts.queries import staff_of_commune
from tenants.accounts.rules import STAFF_GROUPS
from tenants.accounts.sessions import keep_session


@allowed("accounts.manage_staff")
@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """Who works here, and what they may do."""
    undelivered = undelivered_invitations()
    people = [
        (
            person,
            person.pk in undelivered,
            [STAFF_GROUPS[group.name] for group in person.groups.all() if group.name in STAFF_GROUPS],
        )
        for person in staff_of_commune()
    ]
    return render(request, "accounts/staff/list.html", {"people": people})


@allowed("accounts.manage_staff")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a colleague by mail."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.invite_colleague(actor=request.user, **form.cleaned_data)
        except actions.StaffError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("Die Einladung an %(email)s ist unterwegs.") % {"email": user.email})
            return HttpResponseRedirect(reverse("accounts_staff"))
    status = 422 if form.errors else 200
    return render(request, "accounts/staff/invite.html", {"form": form}, status=status)


@allowed("accounts.manage_staff")
@require_http_methods(["GET", "HEAD", "POST"])
def colleague(request: HttpRequest, key: int) -> HttpResponse:
    """Change a colleague's name and tasks."""
    person = _existing(key)
    initial = {"name": person.name, "groups": list(person.groups.values_list("name", flat=True))}
    form = ColleagueForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_colleague(actor=request.user, user=person, **form.cleaned_data)
        except actions.StaffError as error:
            form.add_error("groups", str(error))
        else:
            keep_session(request, person)
            messages.success(request, _("Gespeichert."))
            return HttpResponseRedirect(reverse("accounts_staff"))
    status = 422 if form.errors else 200
    context = {"form": form, "person": person, "problem": undelivered_invitations().get(person.pk, "")}
    return render(request, "accounts/staff/colleague.html", context, status=status)


@allowed("accounts.manage_staff")
@require_POST
def block(request: HttpRequest, key: int) -> HttpResponse:
    """Block a colleague's account."""
    return _answer(request, key, lambda person: _set_active(request, person, False))


@allowed("accounts.manage_staff")
@require_POST
def unblock(request: HttpRequest, key: int) -> HttpResponse:
    """Open a blocked account again."""
    return _answer(request, key, lambda person: _set_active(request, person, True))


@allowed("accounts.manage_staff")
@require_POST
def invite_again(request: HttpRequest, key: int) -> HttpResponse:
    """Send the invitation once more."""

    def send(person: User) -> str:
        actions.invite_again(actor=request.user, user=person)
        return _("Die Einladung an %(email)s ist unterwegs.") % {"email": person.email}

    return _answer(request, key, send)


def _set_active(request: HttpRequest, person: User, active: bool) -> str:
    actions.set_colleague_active(actor=request.user, user=person, active=active)
    return _("Das Konto ist wieder offen.") if active else _("Das Konto ist gesperrt.")


def _answer(request: HttpRequest, key: int, work: Callable[[User], str]) -> HttpResponse:
    person = _existing(key)
    try:
        messages.success(request, work(person))
    except actions.StaffError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("accounts_colleague", args=[key]))


def _existing(key: int) -> Any:
    person = staff_of_commune().filter(pk=key).first()
    if person is None:
        raise Http404(str(key))
    return person
