"""A host name's life: claimed, proven, active, failing, removed; recorded, and never another commune's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.communes.domains.actions import add_domain, make_primary, remove_domain
from tenants.communes.domains.proofs import Examination, Finding
from tenants.communes.domains.rechecks import activate_domain, judge, recheck_domain, verify_domain
from tenants.communes.domains.states import TRANSITIONS, DomainError, change_domain_state
from tenants.communes.domains.wellknown import our_answer, proof_path
from tenants.communes.models import AuditEntry, Domain, DomainProof, DomainState
from tenants.communes.queries import find_commune
from tests.servers.dns import DnsServer
from tests.servers.web import WebServer, page

NAME = "www.wurzen.example"
S = DomainState
pytestmark = pytest.mark.usefixtures("db")


def publish(dns: DnsServer, domain: Domain) -> None:
    """What a commune enters in its DNS as the proof."""
    dns.records[f"_rathausplatz.{domain.domain}", "TXT"] = ["andere=1", domain.token]


def lead_here(dns: DnsServer, web: WebServer, domain: Domain) -> None:
    """The name's address is a server that answers as this platform does."""
    dns.records[domain.domain, "A"] = ["127.0.0.1"]
    web.answers[domain.domain, proof_path(domain.token)] = [page(our_answer(domain.domain, domain.token).decode())]


def active(dns: DnsServer, web: WebServer, commune: Any, name: str = NAME) -> Domain:
    domain = add_domain(commune=commune, name=name, actor=None)
    publish(dns, domain)
    lead_here(dns, web, domain)
    domain = recheck_domain(domain=domain)
    assert domain.state == S.ACTIVE
    return domain


def later(domain: Domain, **moved: timedelta) -> Domain:
    """The same name, as if these columns lay further back."""
    row = Domain.objects.get(pk=domain.pk)
    for column, by in moved.items():
        setattr(row, column, getattr(row, column) - by)
    row.save()
    return Domain.objects.select_related("tenant").get(pk=domain.pk)


def test_the_whole_life_is_walked_and_recorded(
    wurzen_row: Any, dns_server: DnsServer, web_server: WebServer, settings: Any
) -> None:
    domain = add_domain(commune=wurzen_row, name=NAME, actor=None)
    assert (domain.state, recheck_domain(domain=domain).problem) == (S.PENDING, "txt_missing")
    publish(dns_server, domain)
    domain = recheck_domain(domain=domain)
    assert (domain.state, domain.problem) == (S.VERIFIED, "no_address")
    lead_here(dns_server, web_server, domain)
    domain = recheck_domain(domain=domain)
    assert (domain.state, domain.problem) == (S.ACTIVE, "")
    web_server.answers.clear()
    domain = recheck_domain(domain=domain)
    assert (domain.state, domain.problem) == (S.ACTIVE, "http_status:404")
    domain = recheck_domain(domain=later(domain, failing_since=timedelta(minutes=21)))
    assert (domain.state, domain.failing_since is None) == (S.FAILING, False)
    lead_here(dns_server, web_server, domain)
    domain = recheck_domain(domain=domain)
    assert (domain.state, domain.failing_since, domain.problem) == (S.ACTIVE, None, "")
    domain = remove_domain(domain=domain, actor=None, reason="Vertrag endet")
    assert domain.state == S.REMOVED
    acts = AuditEntry.objects.filter(target="wurzen", detail__name=NAME).order_by("pk")
    assert list(acts.values_list("verb", flat=True)) == [
        "domain.added",
        "domain.verified",
        "domain.active",
        "domain.failing",
        "domain.active",
        "domain.removed",
    ]
    assert dns_server.asked.count((f"_rathausplatz.{NAME}", "TXT")) == 6


@pytest.mark.parametrize("before", S.values)
@pytest.mark.parametrize("to", S.values)
def test_only_the_ways_of_the_table_exist(wurzen_row: Any, before: str, to: str) -> None:
    domain = Domain.objects.create(tenant=wurzen_row, domain=NAME, state=before, proof="dns", is_primary=False)
    if to == before or to in TRANSITIONS[before]:
        assert change_domain_state(domain=domain, to=to, actor=None).state == to
    else:
        with pytest.raises(DomainError, match="kann nicht"):
            change_domain_state(domain=domain, to=to, actor=None)
    assert AuditEntry.objects.filter(verb=f"domain.{to}", detail__name=NAME).exists() == (to in TRANSITIONS[before])


def test_proof_and_way_are_two_actions(wurzen_row: Any, dns_server: DnsServer, web_server: WebServer) -> None:
    domain = add_domain(commune=wurzen_row, name=NAME, actor=None)
    lead_here(dns_server, web_server, domain)
    assert activate_domain(domain=domain, actor=None).state == S.PENDING
    assert verify_domain(domain=domain, actor=None).problem == "txt_missing"
    publish(dns_server, domain)
    domain = verify_domain(domain=domain, actor=None)
    assert (domain.state, domain.problem) == (S.VERIFIED, "not_asked")
    assert activate_domain(domain=domain, actor=None).state == S.ACTIVE


def test_a_file_on_the_own_server_is_a_proof_and_our_own_answer_is_none(
    wurzen_row: Any, dns_server: DnsServer, web_server: WebServer
) -> None:
    domain = add_domain(commune=wurzen_row, name=NAME, actor=None, proof=DomainProof.HTTP)
    lead_here(dns_server, web_server, domain)
    assert recheck_domain(domain=domain).problem == "own_answer"
    web_server.answers[NAME, proof_path(domain.token)] = [page(f"{domain.token}\n")]
    domain = recheck_domain(domain=domain)
    assert (domain.state, domain.problem) == (S.VERIFIED, "other_answer")
    lead_here(dns_server, web_server, domain)
    assert recheck_domain(domain=domain).state == S.ACTIVE


@pytest.mark.parametrize(
    ("location", "host"), [("https://anderswo.example/", "anderswo.example"), ("http://[x", ""), ("/woanders", "")]
)
def test_a_redirecting_server_proves_nothing(
    wurzen_row: Any, dns_server: DnsServer, web_server: WebServer, location: str, host: str
) -> None:
    domain = add_domain(commune=wurzen_row, name=NAME, actor=None, proof=DomainProof.HTTP)
    dns_server.records[NAME, "A"] = ["127.0.0.1"]
    web_server.otherwise = [page("", "301 Moved Permanently", Location=location)]
    domain = recheck_domain(domain=domain)
    assert (domain.state, domain.problem) == (S.PENDING, f"redirect:{host}")


def test_a_name_that_is_proven_once_is_nobody_else_s(
    wurzen_row: Any, gera_row: Any, dns_server: DnsServer, web_server: WebServer
) -> None:
    early = add_domain(commune=gera_row, name=NAME, actor=None)
    active(dns_server, web_server, wurzen_row)
    publish(dns_server, early)
    early = recheck_domain(domain=early)
    assert (early.state, early.problem) == (S.PENDING, "taken")
    remove_domain(domain=early, actor=None)
    with pytest.raises(ValidationError, match="anderen Kommune"):
        add_domain(commune=gera_row, name=NAME, actor=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.create(tenant=gera_row, domain=NAME, state=S.ACTIVE, proof="dns")


def test_a_claim_does_not_keep_the_owner_out_and_expires(
    wurzen_row: Any, gera_row: Any, dns_server: DnsServer, web_server: WebServer
) -> None:
    claim = add_domain(commune=gera_row, name=NAME, actor=None)
    active(dns_server, web_server, wurzen_row)
    dns_server.records.pop((f"_rathausplatz.{NAME}", "TXT"))
    expired = recheck_domain(domain=later(claim, created_at=timedelta(days=15)))
    assert (expired.state, expired.problem) == (S.REMOVED, "expired")
    assert AuditEntry.objects.get(verb="domain.removed").detail["reason"] == "expired"
    again = add_domain(commune=gera_row, name="www.gera.example", actor=None)
    assert again.pk != claim.pk


def test_adding_twice_is_adding_once_and_there_is_a_limit(wurzen_row: Any, settings: Any) -> None:
    settings.DOMAINS_MOST_PER_COMMUNE = 2
    first = add_domain(commune=wurzen_row, name=NAME, actor=None)
    assert add_domain(commune=wurzen_row, name=NAME.upper(), actor=None) == first
    add_domain(commune=wurzen_row, name="wurzen.example", actor=None)
    with pytest.raises(ValidationError, match="Mehr als 2"):
        add_domain(commune=wurzen_row, name="stadt-wurzen.example", actor=None)
    remove_domain(domain=first, actor=None)
    assert add_domain(commune=wurzen_row, name=NAME, actor=None).token != first.token


def test_the_primary_name_follows_and_is_never_removed(
    wurzen_row: Any, dns_server: DnsServer, web_server: WebServer
) -> None:
    from wagtail.models import Site

    from tenants.communes.scope import commune_scope

    ours = Domain.objects.get(tenant=wurzen_row, is_primary=True)
    pending = add_domain(commune=wurzen_row, name="wurzen.example", actor=None)
    with pytest.raises(DomainError, match="was aktiv ist"):
        make_primary(domain=pending, actor=None)
    own = make_primary(domain=active(dns_server, web_server, wurzen_row), actor=None)
    assert make_primary(domain=own, actor=None) == own
    ref = find_commune("wurzen").ref()
    assert ref.primary_host == NAME
    with commune_scope(ref):
        assert Site.objects.get().hostname == NAME
    with pytest.raises(DomainError, match="Hauptadresse"):
        remove_domain(domain=own, actor=None)
    with pytest.raises(DomainError, match="bei der Plattform"):
        remove_domain(domain=ours, actor=None)
    assert AuditEntry.objects.filter(verb="domain.primary").count() == 1


def test_a_primary_name_that_fails_for_too_long_hands_over(
    wurzen_row: Any, dns_server: DnsServer, web_server: WebServer
) -> None:
    own = make_primary(domain=active(dns_server, web_server, wurzen_row), actor=None)
    web_server.answers.clear()
    recheck_domain(domain=own)
    own = recheck_domain(domain=later(own, failing_since=timedelta(minutes=21)))
    assert own.state == S.FAILING
    own = recheck_domain(domain=later(own, failing_since=timedelta(days=31)))
    assert (own.state, own.problem) == (S.REMOVED, "failed_too_long")
    assert find_commune("wurzen").primary_host == "wurzen.localhost"


def test_a_proof_that_is_taken_out_of_the_dns_ends_the_name(
    wurzen_row: Any, dns_server: DnsServer, web_server: WebServer
) -> None:
    own = active(dns_server, web_server, wurzen_row)
    dns_server.records.pop((f"_rathausplatz.{NAME}", "TXT"))
    own = recheck_domain(domain=own)
    assert (own.state, own.problem) == (S.ACTIVE, "txt_missing")
    assert recheck_domain(domain=later(own, failing_since=timedelta(minutes=21))).state == S.FAILING


@pytest.mark.parametrize("state", [S.PENDING, S.VERIFIED, S.ACTIVE, S.FAILING])
def test_a_dns_that_is_silent_changes_nothing_but_the_note(
    wurzen_row: Any, dns_server: DnsServer, web_server: WebServer, state: str
) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    domain = Domain.objects.create(
        tenant=wurzen_row,
        domain=NAME,
        state=state,
        proof="dns",
        is_primary=False,
        created_at=long_ago,
        failing_since=long_ago,
    )
    dns_server.broken |= {NAME, f"_rathausplatz.{NAME}"}
    after = recheck_domain(domain=domain)
    assert (after.state, after.problem, after.failing_since) == (state, "dns_silent", long_ago)


@pytest.mark.parametrize("state", [S.PENDING, S.VERIFIED, S.ACTIVE, S.FAILING])
@pytest.mark.parametrize("proof", ["", "txt_missing", "dns_silent"])
@pytest.mark.parametrize("way", ["", "other_answer", "dns_silent"])
@pytest.mark.parametrize("days", [0, 400])
def test_a_verdict_walks_the_table_only(state: str, proof: str, way: str, days: int) -> None:
    now = timezone.now()
    past = now - timedelta(days=days)
    domain = Domain(domain=NAME, state=state, proof="dns", created_at=past, verified_at=past, failing_since=past)
    verdict = judge(domain, Examination(Finding(proof), Finding(way)), now)
    here = state
    for there in verdict.states:
        assert there in TRANSITIONS[here]
        here = there
    assert not (here in (S.ACTIVE, S.VERIFIED) and here != state and proof)
