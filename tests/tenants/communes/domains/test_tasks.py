"""The schedule looks at names when they are due, once each, and leaves the platform's own alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from tenants.communes.domains.queries import domains_to_look_at
from tenants.communes.domains.tasks import look, recheck_domains
from tenants.communes.models import Domain, DomainState
from tests.servers.dns import DnsServer
from tests.servers.web import WebServer
from tests.tenants.communes.domains.test_life import lead_here, publish

S = DomainState
pytestmark = pytest.mark.usefixtures("db")


def domain(commune: Any, name: str, state: str, looked: timedelta | None, **more: Any) -> Domain:
    at = timezone.now() - looked if looked is not None else None
    return Domain.objects.create(
        tenant=commune, domain=name, state=state, proof="dns", is_primary=False, checked_at=at, **more
    )


@pytest.mark.parametrize(
    ("state", "looked", "doubted", "due"),
    [
        (S.PENDING, None, False, True),
        (S.PENDING, timedelta(minutes=9), False, False),
        (S.PENDING, timedelta(minutes=11), False, True),
        (S.VERIFIED, timedelta(minutes=11), False, True),
        (S.ACTIVE, timedelta(hours=5), False, False),
        (S.ACTIVE, timedelta(hours=7), False, True),
        (S.ACTIVE, timedelta(minutes=11), True, True),
        (S.FAILING, timedelta(minutes=11), True, False),
        (S.FAILING, timedelta(minutes=31), True, True),
        (S.REMOVED, timedelta(days=31), False, False),
    ],
)
def test_a_name_is_due_as_its_state_wants(
    wurzen_row: Any, state: str, looked: timedelta | None, doubted: bool, due: bool
) -> None:
    since = timezone.now() if doubted else None
    row = domain(wurzen_row, "www.wurzen.example", state, looked, failing_since=since)
    assert list(domains_to_look_at(timezone.now())) == ([row] if due else [])


def test_the_schedule_carries_a_claim_through_to_active(
    wurzen_row: Any, dns_server: DnsServer, web_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = domain(wurzen_row, "www.wurzen.example", S.PENDING, None)
    publish(dns_server, row)
    lead_here(dns_server, web_server, row)
    sent: list[int] = []
    monkeypatch.setattr(look, "delay", lambda *, domain_id: sent.append(domain_id))
    assert recheck_domains() == 1
    assert sent == [row.pk]
    look(domain_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.problem) == (S.ACTIVE, "")
    asked = len(dns_server.asked)
    look(domain_id=row.pk)
    assert len(dns_server.asked) == asked, "a look was taken twice"
    assert recheck_domains() == 0


def test_a_name_that_is_gone_is_left_alone(wurzen_row: Any) -> None:
    look(domain_id=0)


def test_the_schedule_names_the_task() -> None:
    from rathausplatz.celery import app

    entry = django_settings.CELERY_BEAT_SCHEDULE["domains.recheck"]
    app.loader.import_default_modules()
    assert entry["task"] == recheck_domains.name
    assert {recheck_domains.name, look.name} <= set(app.tasks)
