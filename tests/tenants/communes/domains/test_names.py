"""What people type becomes what the DNS has, or a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tenants.communes.domains.names import host_name, shown_name, validate_own_domain


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("www.gera.de", "www.gera.de", "www.gera.de"),
        (" HTTPS://www.Gera.de/ ", "www.gera.de", "www.gera.de"),
        ("göda.de", "xn--gda-sna.de", "göda.de"),
        ("www.weißenfels.de", "www.xn--weienfels-i1a.de", "www.weißenfels.de"),
        ("xn--gda-sna.de", "xn--gda-sna.de", "göda.de"),
        ("GO\u0308DA.de.", "xn--gda-sna.de", "göda.de"),
        ("wojerecy.хойерсверда.рф", "wojerecy.xn--80adgcbv8asch3b.xn--p1ai", "wojerecy.хойерсверда.рф"),
    ],
)
def test_a_host_name_is_stored_as_the_dns_has_it_and_shown_in_letters(typed: str, stored: str, shown: str) -> None:
    assert host_name(typed) == stored
    assert shown_name(stored) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "gera",
        "*.gera.de",
        "gera.de:8080",
        "gera.de/pfad",
        "http://user@gera.de",
        "127.0.0.1",
        "[::1]",
        "2130706433.1",
        "a b.de",
        "-gera.de",
        "_rathausplatz.gera.de",
        "gera..de",
        f"{'a' * 64}.de",
        ".".join(["a" * 60] * 5),
        "printer.local",
        "gera.localhost",
        "db.internal",
        "xn--\u0000.de",
        "gera.de\nwww.gera.de",
        "ftp://gera.de",
    ],
)
def test_what_is_no_host_name_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(ValidationError, match="kein Domainname"):
        host_name(typed)


@given(st.text(max_size=80))
def test_nothing_that_is_typed_breaks_it_and_stored_names_are_stable(typed: str) -> None:
    try:
        stored = host_name(typed)
    except ValidationError:
        return
    assert host_name(stored) == stored
    assert stored == stored.lower()
    assert len(stored) <= 253


@pytest.mark.parametrize("name", ["portale.example", "gera.portale.example", "a.b.portale.example", "verwaltung.de"])
def test_names_of_the_platform_are_not_claimed(settings: Any, name: str) -> None:
    settings.BASE_DOMAIN, settings.CONSOLE_HOST = "portale.example", "verwaltung.de"
    with pytest.raises(ValidationError, match="gehört der Plattform"):
        validate_own_domain(name)


def test_names_that_the_operator_reserved_are_not_claimed(settings: Any) -> None:
    settings.DOMAINS_RESERVED = ["betrieb.example"]
    with pytest.raises(ValidationError, match="reserviert"):
        validate_own_domain("www.betrieb.example")
    validate_own_domain("www.nichtbetrieb.example")
