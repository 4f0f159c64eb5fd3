"""What a stranger could measure: a known address costs what an unknown one costs. Counted, not timed."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import User
from tenants.communes.scope import commune_scope
from tenants.mails.models import OutgoingMail
from tests.factories.accounts import PASSWORD, make_account, signed_in

WORK = re.compile(r'^(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


class Counted:
    """How often a password was hashed, and which rows were written."""

    def __init__(self) -> None:
        self.hashes = 0
        self.written: Counter[str] = Counter()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Counts what Django's hasher does, which does it all the same."""
    kept = Counted()
    encode = ScryptPasswordHasher.encode

    def counting(self: Any, *args: Any, **kwargs: Any) -> str:
        kept.hashes += 1
        return str(encode(self, *args, **kwargs))

    monkeypatch.setattr(ScryptPasswordHasher, "encode", counting)
    return kept


def work_of(counted: Counted, client: Client, path: str, given: dict[str, str]) -> tuple[int, int, dict[str, int]]:
    """Status, hashes and writes of one request."""
    counted.hashes = 0
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(path, given)
    written = Counter(found[0] for query in queries if (found := WORK.match(query["sql"])))
    return answer.status_code, counted.hashes, dict(written)


def register(counted: Counted, client: Client, email: str) -> tuple[int, int, dict[str, int]]:
    return work_of(counted, client, "/konto/anlegen/", {"email": email, "password1": "birne floß tor 8"})


def test_registering_costs_the_same_for_a_known_and_an_unknown_address(gera: Any, counted: Counted) -> None:
    make_account(gera, "ida@gera.example")
    known = register(counted, Client(headers={"host": gera.primary_host}), "ida@gera.example")
    unknown = register(counted, Client(headers={"host": gera.primary_host}), "neu@gera.example")
    assert known[:2] == unknown[:2] == (302, 1)
    inserts = (
        'INSERT INTO "accounts_user"',
        'INSERT INTO "account_emailaddress"',
        'INSERT INTO "account_emailconfirmation"',
    )
    assert [known[2].get(each) for each in inserts] == [unknown[2].get(each) for each in inserts] == [1, 1, 1]


def test_registering_a_known_address_leaves_nothing_behind(gera: Any) -> None:
    make_account(gera, "ida@gera.example")
    client = Client(headers={"host": gera.primary_host})
    client.post("/konto/anlegen/", {"email": "ida@gera.example", "password1": "birne floß tor 8"})
    with commune_scope(gera):
        assert list(User.objects.filter(email__contains="known").values_list("email")) == []
        assert EmailAddress.objects.filter(email__contains="known").count() == 0
        assert User.objects.get(email="ida@gera.example").check_password(PASSWORD)


def test_signing_in_costs_the_same_for_a_known_and_an_unknown_address(gera: Any, counted: Counted) -> None:
    make_account(gera, "ida@gera.example")
    known, unknown = (
        work_of(counted, Client(headers={"host": gera.primary_host}), "/konto/anmelden/", given)
        for given in (
            {"login": "ida@gera.example", "password": "falsch, aber lang"},
            {"login": "niemand@gera.example", "password": "falsch, aber lang"},
        )
    )
    assert known == unknown


def test_adding_an_address_costs_the_same_whether_somebody_has_it(gera: Any, counted: Counted) -> None:
    make_account(gera, "karl@gera.example")
    client = signed_in(gera, make_account(gera, "ida@gera.example"))
    client.post("/konto/bestaetigen/?next=/konto/adressen/", {"password": PASSWORD})
    known, unknown = (
        work_of(counted, client, "/konto/adressen/", {"email": email, "action_add": ""})
        for email in ("karl@gera.example", "neu@gera.example")
    )
    assert known == unknown


def test_asking_for_a_password_costs_the_same_for_a_known_and_an_unknown_address(gera: Any, counted: Counted) -> None:
    make_account(gera, "ida@gera.example")
    known, unknown = (
        work_of(counted, Client(headers={"host": gera.primary_host}), "/konto/passwort/vergessen/", {"email": email})
        for email in ("ida@gera.example", "niemand@gera.example")
    )
    # the mail is a row, which the worker sends: no mail server tells by its slowness who is known
    assert known == unknown == (302, 0, {'INSERT INTO "mails_outgoingmail"': 1})


def test_asking_for_a_password_of_nobody_leaves_nothing_behind(gera: Any) -> None:
    client = Client(headers={"host": gera.primary_host})
    with commune_scope(gera):
        OutgoingMail.objects.all().delete()  # of tests that commit
    client.post("/konto/passwort/vergessen/", {"email": "niemand@gera.example"})
    with commune_scope(gera):
        assert OutgoingMail.objects.count() == 0
    make_account(gera, "ida@gera.example")
    client.post("/konto/passwort/vergessen/", {"email": "ida@gera.example"})
    with commune_scope(gera):
        assert OutgoingMail.objects.values_list("recipient", flat=True).get() == "ida@gera.example"
