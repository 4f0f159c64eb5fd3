"""A stranger's words in a mail of ours are a name, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.mails.texts import name_for_mail, without_links


@pytest.mark.parametrize(
    "name",
    [
        "Ada Beyer",
        "Dr. Ada Beyer-O'Neill",
        "María José Núñez",
        "Dvořák",
        "Γιώργος",
        "Зоя",
        "李 小龍",
        "J. R. Meier",
        "Sofía d’Ors",
    ],
)
def test_names_are_greeted(name: str) -> None:
    assert name_for_mail(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "Gewinnen Sie 1000 Euro: http://evil.example/ x0",
        "evil.example",
        "www.evil.example Beyer",
        "ada@example.org",
        "Ada\nBeyer",
        "Ada\u2028Beyer",
        "Ada\u202eBeyer",
        "<b>Ada</b>",
        "Rufen Sie jetzt gleich an und gewinnen Sie",
        "A" * 61,
        "",
    ],
)
def test_what_is_no_name_is_not_greeted(name: str) -> None:
    assert name_for_mail(name) == ""


@given(st.text())
def test_no_greeting_carries_a_link_or_a_line(name: str) -> None:
    greeted = name_for_mail(name)
    assert not set(greeted) & set("\n\r\t:/@<>0123456789")
    assert all("." not in word[:-1] for word in greeted.split(" "))


def test_a_browsers_name_is_kept_unless_it_is_a_link() -> None:
    assert without_links("Mozilla/5.0 (X11)\nLinux") == "Mozilla/5.0 (X11) Linux"
    assert without_links("see http://evil.example") == without_links("WWW.evil.example") == without_links("a@b") == ""
