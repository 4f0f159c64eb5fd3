"""Whoever tries too often is told, wherever it is, and when it goes on (RFC 6585 § 4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from services.cases.access import TRIES_OF_VISITOR
from services.cases.limits import BEGINNING
from services.cases.numbers import new_number
from services.catalogue.missing import TELLING
from services.documents.limits import CODES, UPLOADS
from services.forms.actions import start_draft
from services.forms.quotas import DRAFTS_OF_ORIGIN, origin_of
from services.participation.limits import WRITING
from tenants.accounts.adapters import NAMING_AN_ADDRESS
from tenants.communes.limited_views import WAIT_IF_UNKNOWN
from tenants.communes.limits import Limit, is_exceeded
from tenants.communes.scope import commune_scope
from tests.services.cases.conftest import SLUG, offer_permit

HERE = "127.0.0.1"
IDEA = {"text": "Bänke am Ufer der Elster, im Schatten.", "email": "wer@citizen.example", "website": ""}
KEY = {"number": new_number("gera"), "code": "22222222"}
REFUSED: list[tuple[Limit, str, str, str, dict[str, str]]] = [
    (TRIES_OF_VISITOR, HERE, "post", "/vorgang/", KEY),
    (TRIES_OF_VISITOR, HERE, "post", "/api/v1/cases/status", KEY),
    (BEGINNING, HERE, "post", f"/antrag/{SLUG}/", {}),
    (TELLING, HERE, "post", "/suche/fehlt/", {"words": "Badesee"}),
    (CODES, HERE, "get", "/pruefen/2222-2222-2222-2222/", {}),
    (CODES, HERE, "get", "/api/v1/documents/2222-2222-2222-2222", {}),
    (UPLOADS, HERE, "post", "/pruefen/datei/", {}),
    (WRITING, HERE, "post", "/mitmachen/ideen/neu/", IDEA),
    (NAMING_AN_ADDRESS, "wer@citizen.example", "post", "/konto/password/reset/", {"email": "wer@citizen.example"}),
]


@pytest.mark.parametrize(
    ("limit", "subject", "method", "path", "sent"), REFUSED, ids=[f"{r[0].name} {r[3]}" for r in REFUSED]
)
def test_a_refusal_says_when_it_goes_on(
    portal: Client, gera: Any, limit: Limit, subject: str, method: str, path: str, sent: dict[str, str]
) -> None:
    with commune_scope(gera):
        offer_permit()
        for _time in range(limit.times):
            assert not is_exceeded(limit, subject)
    options = {"content_type": "application/json"} if path.startswith("/api/") else {}
    answer = getattr(portal, method)(path, sent, **options)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= limit.seconds


def test_too_many_open_drafts_say_it_too(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        offering = offer_permit()
        origin = origin_of(RequestFactory(REMOTE_ADDR=HERE).get("/"))
        for _time in range(DRAFTS_OF_ORIGIN):
            start_draft(
                offering_slug=SLUG,
                definition_key=offering.definition_key,
                definition_version=offering.definition_version,
                origin=origin,
            )
    answer = portal.post(f"/antrag/{SLUG}/")
    assert (answer.status_code, answer["Retry-After"]) == (429, str(WAIT_IF_UNKNOWN))
