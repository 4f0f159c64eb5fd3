"""Pages with a password: nobody guesses it without end, whoever knows it is never in the way of others."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page, PageViewRestriction

from cms.limits import WRONG_OF_VISITOR
from tenants.communes.scope import commune_scope


@pytest.fixture
def form(portal: Client, gera: Any) -> str:
    """The address of the form for the imprint's password."""
    with commune_scope(gera):
        page = Page.objects.get(slug="impressum", locale__language_code="de")
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.PASSWORD, password="sesam")
    found = re.search(r'action="([^"]*authenticate_with_password[^"]*)"', portal.get("/impressum/").content.decode())
    assert found
    return re.sub(r"^https?://[^/]+", "", found[1])


def enter(client: Client, form: str, password: str, at: str = "192.0.2.1") -> int:
    sent = {"password": password, "return_url": "/impressum/"}
    return int(client.post(form, sent, REMOTE_ADDR=at).status_code)


def test_a_visitor_guesses_ten_times_and_then_has_to_wait(portal: Client, form: str) -> None:
    answers = [enter(portal, form, f"falsch{number}") for number in range(60)]
    assert answers == [200] * WRONG_OF_VISITOR.times + [429] * (60 - WRONG_OF_VISITOR.times)
    assert enter(portal, form, "sesam") == 429
    assert enter(portal, form, "sesam", at="192.0.2.2") == 302


def test_many_who_know_it_come_in_from_one_place(gera: Any, form: str) -> None:
    host = {"host": gera.primary_host}
    assert {enter(Client(headers=host), form, "sesam") for _person in range(3 * WRONG_OF_VISITOR.times)} == {302}
