"""What Django is told of a request, and what of it anybody can invent."""

from __future__ import annotations

from typing import Any

import pytest
from rathausplatz.front.requests import Asked
from rathausplatz.visitors import network_of, visitor_address

from tests.servers.rsgi import Scope


def environ(*headers: tuple[str, str]) -> dict[str, Any]:
    return Asked.of(Scope("GET", "/größe/", "a=b", list(headers))).environ(b"")


@pytest.mark.parametrize("order", [1, -1])
def test_a_header_with_an_underscore_is_not_believed_whatever_the_order(order: int) -> None:
    sent = [("X-Forwarded-For", "203.0.113.9"), ("X_Forwarded_For", "6.6.6.6"), ("X_Forwarded_Proto", "https")][::order]
    found = environ(*sent)
    assert found["HTTP_X_FORWARDED_FOR"] == "203.0.113.9"
    assert "HTTP_X_FORWARDED_PROTO" not in found
    assert "HTTP_X_FORWARDED_FOR" not in environ(("X_Forwarded_For", "6.6.6.6"))


def test_django_gets_what_pep_3333_says() -> None:
    found = environ(("Host", "gera.localhost"), ("Cookie", "a=1"), ("Cookie", "b=2"), ("Accept", "x"), ("Accept", "y"))
    assert (found["HTTP_HOST"], found["HTTP_COOKIE"], found["HTTP_ACCEPT"]) == ("gera.localhost", "a=1; b=2", "x,y")
    assert found["PATH_INFO"].encode("latin-1").decode() == "/größe/"
    assert (found["QUERY_STRING"], found["REMOTE_ADDR"], found["SERVER_PORT"]) == ("a=b", "127.0.0.1", "8000")


def test_letters_that_nobody_escaped_are_utf_8_as_in_a_path() -> None:
    found = Asked.of(Scope("GET", "/€/", "q=€", [])).environ(b"")
    assert (found["PATH_INFO"].encode("latin-1"), found["QUERY_STRING"].encode("latin-1")) == (
        "/€/".encode(),
        "q=€".encode(),
    )


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("203.0.113.9:4711", "10.0.0.1"),
        ("niemand", "10.0.0.1"),
        ("'; DROP TABLE", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_what_is_no_address_does_not_become_the_visitor_s(forwarded: str, address: str) -> None:
    assert visitor_address("10.0.0.1", forwarded, 1) == address


def test_a_line_with_a_whole_network_is_one_visitor() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2::ffff") != network_of("2001:db8:1:3::1")
    assert network_of("203.0.113.9") == network_of("::ffff:203.0.113.9") == "203.0.113.9"
