"""A commune's addresses as the console shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.communes.domains.names import shown_name
from tenants.communes.domains.queries import Instructions, domains_of, instructions_for, removed_domains_of
from tenants.communes.domains.wording import problem_in_words
from tenants.communes.fields import LineField
from tenants.communes.models import Commune, Domain, DomainProof, DomainState

S = DomainState
STATE_KINDS: dict[str, str] = {S.PENDING: "info", S.VERIFIED: "info", S.ACTIVE: "ok", S.FAILING: "danger"}
MOST_REMOVED = 5


class AddressForm(forms.Form):
    """A host name that a commune wants to use, and how it shows that it is theirs."""

    name = LineField(
        label=_("Domainname"),
        max_length=300,
        help_text=_("Zum Beispiel www.gera.de. Umlaute sind erlaubt."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    proof = forms.ChoiceField(
        label=_("Wie weist die Kommune nach, dass ihr der Name gehört?"),
        choices=[
            (DomainProof.DNS, _("mit einem Eintrag im DNS (empfohlen)")),
            (DomainProof.HTTP, _("mit einer Datei auf ihrem bisherigen Webserver")),
        ],
        initial=DomainProof.DNS,
        widget=forms.RadioSelect,
    )


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One host name: what it is, what is wrong, what is to be entered, what can be done."""

    key: int
    name: str
    stored: str
    status: str
    kind: str
    is_primary: bool
    is_ours: bool
    problem: str
    failing_since: datetime | None
    checked_at: datetime | None
    instructions: Instructions
    asks_for_proof: bool
    asks_for_way: bool
    may_be_primary: bool
    may_be_removed: bool


def address_row(domain: Domain) -> AddressRow:
    """A host name for the screen. `stored` is its form in the DNS where that differs, else ""."""
    name = shown_name(domain.domain)
    is_ours = domain.proof == DomainProof.OURS
    return AddressRow(
        key=domain.pk,
        name=name,
        stored=domain.domain if domain.domain != name else "",
        status=domain.get_state_display(),
        kind=STATE_KINDS.get(domain.state, ""),
        is_primary=domain.is_primary,
        is_ours=is_ours,
        problem=problem_in_words(domain),
        failing_since=domain.failing_since,
        checked_at=domain.checked_at,
        instructions=instructions_for(domain),
        asks_for_proof=domain.state == S.PENDING or domain.problem.startswith("txt_"),
        asks_for_way=not is_ours and (domain.state in (S.PENDING, S.VERIFIED) or bool(domain.problem)),
        may_be_primary=domain.state == S.ACTIVE and not domain.is_primary,
        may_be_removed=not domain.is_primary and not is_ours,
    )


def addresses_of(commune: Commune) -> list[AddressRow]:
    """A commune's host names, the primary one first."""
    return [address_row(domain) for domain in domains_of(commune).select_related("tenant")]


def former_addresses_of(commune: Commune) -> list[tuple[str, str]]:
    """The last host names that were removed, each with the reason."""
    former = removed_domains_of(commune)[:MOST_REMOVED]
    return [(shown_name(domain.domain), problem_in_words(domain)) for domain in former]
