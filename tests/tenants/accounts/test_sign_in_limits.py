"""Nobody guesses without end, nobody locks others out, and no code is good twice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tenants.accounts.sign_in_limits import (
    KNOWN_BROWSER_COOKIE,
    WRONG_AT_ACCOUNT,
    WRONG_OF_VISITOR,
    WRONG_OF_VISITOR_AT_ACCOUNT,
)
from tenants.communes.limited_views import limited_views
from tenants.communes.limits import try_once
from tenants.communes.scope import commune_scope
from tests.factories.counts import end_all_counts
from tests.factories.mails import sent_mails

from .test_sign_in import PASSWORD, account, code_for

IDA, OTTO = "ida@gera.example", "otto@gera.example"
SECRET = "JBSWY3DPEHPK3PXP"


def guess(client: Client, password: str = "falsch", *, login: str = IDA, at: str = "192.0.2.1") -> Any:
    return client.post("/konto/anmelden/", {"login": login, "password": password}, REMOTE_ADDR=at)


def is_in(answer: Any) -> bool:
    return bool(answer.status_code == 302)


def test_after_five_wrong_passwords_the_visitor_has_to_wait(portal: Client, gera: Any) -> None:
    account(gera, IDA)
    for _try in range(WRONG_OF_VISITOR_AT_ACCOUNT.times):
        assert "zu viele" not in guess(portal).content.decode()
    refused = guess(portal, PASSWORD)
    assert not is_in(refused)
    assert "zu viele Versuche" in refused.content.decode()
    end_all_counts()
    assert is_in(guess(portal, PASSWORD))


def test_nobody_is_locked_out_by_another(portal: Client, gera: Any) -> None:
    for email in (IDA, OTTO):
        account(gera, email)
    for _try in range(WRONG_OF_VISITOR_AT_ACCOUNT.times + 1):
        guess(portal, at="192.0.2.66")
    assert not is_in(guess(portal, PASSWORD, at="192.0.2.66"))
    assert is_in(guess(portal, PASSWORD, at="192.0.2.1"))


def test_addresses_of_one_network_are_one_visitor(portal: Client, gera: Any) -> None:
    account(gera, IDA)
    for number in range(WRONG_OF_VISITOR_AT_ACCOUNT.times):
        guess(portal, at=f"2001:db8::{number}")
    assert not is_in(guess(portal, PASSWORD, at="2001:db8::ffff"))
    assert is_in(guess(portal, PASSWORD, at="2001:db8:0:1::1"))


def test_right_passwords_count_for_nothing(gera: Any) -> None:
    account(gera, IDA)
    host = {"host": gera.primary_host}
    assert all(is_in(guess(Client(headers=host), PASSWORD)) for _time in range(2 * WRONG_OF_VISITOR.times))


def test_a_browser_that_was_here_before_gets_in_however_many_strangers_guess(gera: Any) -> None:
    account(gera, IDA)
    host = {"host": gera.primary_host}
    known, stranger = Client(headers=host), Client(headers=host)
    assert is_in(guess(known, PASSWORD))
    mark = known.cookies[KNOWN_BROWSER_COOKIE]
    assert (mark["httponly"], mark["samesite"]) == (True, "Lax")
    assert IDA not in mark.value
    known.post("/konto/abmelden/")
    with commune_scope(gera):
        while try_once(WRONG_AT_ACCOUNT, IDA).granted:
            pass
    assert not is_in(guess(stranger, PASSWORD, at="192.0.2.9"))
    for _try in range(9):
        guess(stranger)  # from the same network
    assert is_in(guess(known, PASSWORD))


def test_a_known_browser_guesses_no_more_than_others_and_knows_no_other_account(gera: Any) -> None:
    for email in (IDA, OTTO):
        account(gera, email)
    known = Client(headers={"host": gera.primary_host})
    guess(known, PASSWORD)
    known.post("/konto/abmelden/")
    for number in range(5):
        guess(known, at=f"192.0.2.{number}")
    assert not is_in(guess(known, PASSWORD, at="192.0.2.99"))
    with commune_scope(gera):
        while try_once(WRONG_AT_ACCOUNT, OTTO).granted:
            pass
    assert not is_in(guess(known, PASSWORD, login=OTTO))


def test_a_mark_is_worth_nothing_in_another_commune_or_made_up(gera: Any, wurzen: Any) -> None:
    for commune in (gera, wurzen):
        account(commune, IDA)
    at_gera = Client(headers={"host": gera.primary_host})
    guess(at_gera, PASSWORD)
    for value in (at_gera.cookies[KNOWN_BROWSER_COOKIE].value, "x", "a:b:c"):
        at_wurzen = Client(headers={"host": wurzen.primary_host})
        at_wurzen.cookies[KNOWN_BROWSER_COOKIE] = value
        with commune_scope(wurzen):
            while try_once(WRONG_AT_ACCOUNT, IDA).granted:
                pass
        assert not is_in(guess(at_wurzen, PASSWORD))


def test_an_unknown_account_is_answered_like_a_known_one(portal: Client, gera: Any) -> None:
    account(gera, IDA)
    known, unknown = (
        [guess(portal, login=login, at=at).status_code for _try in range(8)]
        for login, at in ((IDA, "192.0.2.1"), ("niemand@gera.example", "192.0.2.2"))
    )
    assert known == unknown


@pytest.mark.parametrize(("language", "words"), [("", "In einer Minute geht es weiter"), ("/en", "go on in a minute")])
def test_whoever_posts_without_end_reads_when_to_go_on(portal: Client, language: str, words: str) -> None:
    answers = [portal.post(f"{language}/konto/passwort/vergessen/", {"email": "nix"}) for _try in range(21)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    last = answers[-1]
    assert (last.status_code, last.headers["Cache-Control"]) == (429, "no-store")
    assert 0 < int(last.headers["Retry-After"]) <= 60
    assert words in last.content.decode()
    assert "Gera" in last.content.decode()


def test_the_console_counts_too(console_client: Client) -> None:
    answers = [console_client.post("/konto/anmelden/", {"login": f"{n}@x.example", "password": "x"}) for n in range(31)]
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]


def test_every_view_that_takes_a_secret_or_sends_a_mail_is_limited() -> None:
    assert {name for name in limited_views if name.startswith(("account_", "mfa_"))} == {
        "account_change_password",
        "account_confirm_email",
        "account_email",
        "account_login",
        "account_reauthenticate",
        "account_reset_password",
        "account_reset_password_from_key",
        "account_set_password",
        "account_signup",
        "mfa_activate_totp",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }


def test_strangers_have_an_address_written_to_a_few_times_only(portal: Client, gera: Any) -> None:
    account(gera, IDA)
    for number in range(9):
        answer = portal.post("/konto/passwort/vergessen/", {"email": IDA}, REMOTE_ADDR=f"198.51.100.{number}")
        assert answer.status_code == 302
    assert len(sent_mails(gera)) == 5


@pytest.fixture
def with_factor(gera: Any) -> Any:
    user = account(gera, IDA)
    with commune_scope(gera):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    return user


def at_the_factor(gera: Any) -> Client:
    client = Client(headers={"host": gera.primary_host})
    assert is_in(guess(client, PASSWORD))
    return client


def test_a_factor_s_codes_are_guessed_five_times_from_wherever(gera: Any, with_factor: Any) -> None:
    for number in range(5):
        at_the_factor(gera).post("/konto/2fa/authenticate/", {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}")
    refused = at_the_factor(gera).post("/konto/2fa/authenticate/", {"code": code_for(SECRET)})
    assert not is_in(refused)
    assert "zu viele Versuche" in refused.content.decode()
    end_all_counts()
    assert is_in(at_the_factor(gera).post("/konto/2fa/authenticate/", {"code": code_for(SECRET)}))


def test_a_code_is_good_once_in_whatever_process(gera: Any, with_factor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    code = code_for(SECRET)
    first, second = at_the_factor(gera), at_the_factor(gera)
    assert is_in(first.post("/konto/2fa/authenticate/", {"code": code}))
    # what this process remembers is not what holds
    from django.core.cache import cache

    cache.clear()
    assert not is_in(second.post("/konto/2fa/authenticate/", {"code": f" {code}"}))
