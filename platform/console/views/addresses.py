"""A commune's addresses: add one, look at it now, make it the primary one, remove it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from console.addresses import AddressForm
from console.operating import add_domain, make_primary, recheck_domain, remove_domain
from console.views.communes import commune_page
from tenants.accounts.access import allowed
from tenants.communes.domains.names import shown_name
from tenants.communes.domains.states import DomainError
from tenants.communes.domains.wording import problem_in_words
from tenants.communes.models import Commune, Domain, DomainState


@allowed("accounts.operate_platform")
@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a claim; the page then says what the commune has to publish."""
    commune = Commune.objects.filter(slug=slug).first()
    if commune is None:
        raise Http404(slug)
    form = AddressForm(request.POST, auto_id="address-%s")
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            domain = add_domain(commune=commune, name=wanted["name"], proof=wanted["proof"], actor=request.user)
        except ValidationError as error:
            form.add_error("name", error)
        else:
            text = _("%(name)s ist eingetragen. Was die Kommune jetzt tun muss, steht bei der Adresse.")
            messages.success(request, text % {"name": shown_name(domain.domain)})
            return _back(slug)
    return commune_page(request, slug, address=form, status=422)


@allowed("accounts.operate_platform")
@require_POST
def check(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Look now. The answer takes as long as DNS and web server of the commune do, some seconds at most."""
    domain = recheck_domain(domain=_existing(slug, key), actor=request.user)
    name, problem = shown_name(domain.domain), problem_in_words(domain)
    if problem:
        messages.warning(request, f"{name}: {problem}")
    else:
        messages.success(request, f"{name}: {domain.get_state_display()}")
    return _back(slug)


@allowed("accounts.operate_platform")
@require_POST
def primary(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Make it the address of mails, documents and redirects."""
    text = _(
        "%(name)s ist jetzt die Hauptadresse. Ein Passkey gilt für eine Adresse: Wer sich mit einem anmeldet, "
        "richtet ihn dort neu ein."
    )
    return _do(request, slug, lambda: make_primary(domain=_existing(slug, key), actor=request.user), text)


@allowed("accounts.operate_platform")
@require_POST
def remove(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Give it up."""
    text = _("%(name)s ist entfernt.")
    return _do(request, slug, lambda: remove_domain(domain=_existing(slug, key), actor=request.user), text)


def _do(request: HttpRequest, slug: str, act: Callable[[], Domain], text: str) -> HttpResponse:
    try:
        domain = act()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, text % {"name": shown_name(domain.domain)})
    return _back(slug)


def _existing(slug: str, key: int) -> Domain:
    found = Domain.objects.select_related("tenant").filter(tenant__slug=slug, pk=key)
    domain = found.exclude(state=DomainState.REMOVED).first()
    if domain is None:
        raise Http404(f"{slug}/{key}")
    return domain


def _back(slug: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('console_commune', args=[slug])}#adressen")
