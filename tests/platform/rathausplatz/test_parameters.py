"""No sign in an address or a form is a fault of ours."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory
from rathausplatz.parameters import LONGEST_PARAMETER, ParametersMiddleware

from tenants.accounts.models import User, UserKind
from tenants.communes.scope import commune_scope


@pytest.fixture
def clerk_of_gera(gera: Any) -> Any:
    from django.contrib.auth.models import Group

    with commune_scope(gera):
        user = User.objects.create_user("clerk@gera.example", name="Kim Sach", kind=UserKind.STAFF)
        user.groups.add(Group.objects.get(name="clerk"))
    return user


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/suche/?q=%00", 200),
        ("/suche/?%00=1", 200),
        ("/suche/?q=%ed%a0%80", 200),
        ("/suche/?q=%ff%fe", 200),
        ("/suche/?q=%E2%80%8B", 200),
        ("/mitmachen/ideen/?district=%00", 200),
        ("/api/v1/services?q=%00", 200),
        ("/api/v1/ideas?district=%00", 200),
        ("/anliegen/a%00b/", 404),
        ("/pruefen/%00/", 404),
        ("/api/v1/services/a%00b", 404),
    ],
)
def test_signs_that_can_not_be_stored_are_read_as_nothing(portal: Client, address: str, status: int) -> None:
    assert portal.get(address).status_code == status


def test_an_endless_parameter_is_a_bad_request_in_words(portal: Client) -> None:
    answer = portal.get("/suche/?q=" + "a" * (LONGEST_PARAMETER + 1))
    assert answer.status_code == 400
    assert "<h1" in answer.content.decode()


def test_a_clerk_s_search_survives_a_nul(portal: Client, gera: Any, clerk_of_gera: Any) -> None:
    with commune_scope(gera):
        portal.force_login(clerk_of_gera, backend="django.contrib.auth.backends.ModelBackend")
    assert portal.get("/arbeitsplatz/?q=%00").status_code == 200


@pytest.mark.parametrize("number", ["GE-7K3F-29MX\\u0000", "\\ud800", "x" * 41])
def test_json_with_unusable_signs_is_refused(portal: Client, number: str) -> None:
    body = f'{{"number": "{number}", "code": "7K3F-29MX"}}'
    answer = portal.post("/api/v1/cases/status", body, content_type="application/json")
    assert 400 <= answer.status_code < 500


def test_what_the_database_cannot_keep_is_the_sender_s_fault(in_gera: Any) -> None:
    from django.contrib.auth.models import Group
    from django.db import DataError, transaction

    refused = ParametersMiddleware(lambda request: None)  # type: ignore[arg-type,return-value]
    request = RequestFactory().post("/")
    for name in ("\0", "\ud800"):
        try:
            with transaction.atomic():
                Group.objects.create(name=name)
        except (ValueError, DataError) as error:
            answer = refused.process_exception(request, error)
            assert answer is not None
            assert answer.status_code == 400
        else:
            pytest.fail("it was stored")
    assert refused.process_exception(request, ValueError("a fault of ours")) is None
