"""Mails carry the commune's name, address and colours, and leave only when the work is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from tests.factories.mails import send_waiting_mails
from themes.checks import mails_leave_the_house
from themes.mail import Attachment, compose_mail, send_mail
from themes.queries import brand_for_current_commune, forget_names


@pytest.fixture(autouse=True)
def _templates(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    (folder / "hello.subject.txt").write_text("Ihr Antrag\n{{ number }}\n")
    (folder / "hello.txt").write_text(
        '{% extends "themes/mail.txt" %}{% block content %}Guten Tag & {{ number }}{% endblock %}'
    )
    (folder / "hello.html").write_text(
        '{% extends "themes/mail.html" %}{% load mail %}{% block content %}{% mail_heading "Guten Tag" %}'
        '{% mail_button "Ansehen" "https://gera.example/" %}{% endblock %}'
    )
    (folder / "plain.subject.txt").write_text("Nur Text")
    (folder / "plain.txt").write_text("Nur Text")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    forget_names("")


def test_a_mail_is_branded_and_written_down_before_it_is_sent(in_gera: Any) -> None:
    with transaction.atomic():
        send_mail(
            cause="sample/1",
            to="erika@example.org",
            template="sample/hello",
            context={"number": "GE-1"},
            attachments=[Attachment("bescheid.pdf", b"%PDF-1.7")],
        )
        colour = brand_for_current_commune().palette.light["brand"]
    assert mail.outbox == []
    assert send_waiting_mails() == 1
    (message,) = mail.outbox
    assert message.subject == "Ihr Antrag GE-1"
    assert message.from_email.startswith('"Gera" <gera@')
    assert "Guten Tag & GE-1" in message.body
    assert "Stadt Gera" in message.body
    html = message.alternatives[0][0]
    assert colour in html
    assert "<style" not in html
    assert message.attachments[0][0] == "bescheid.pdf"


def send_and_fail() -> None:
    with transaction.atomic():
        send_mail(cause="sample/2", to="erika@example.org", template="sample/plain", context={})
        raise ZeroDivisionError


def test_a_rolled_back_mail_is_never_sent(in_gera: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        send_and_fail()
    assert send_waiting_mails() == 0


def test_a_mail_without_html_is_text_only_and_one_without_text_is_an_error(in_gera: Any) -> None:
    assert compose_mail(to="a@example.org", template="sample/plain", context={}).alternatives == []
    with pytest.raises(TemplateDoesNotExist):
        compose_mail(to="a@example.org", template="sample/none", context={})


def test_the_bases_exist() -> None:
    assert get_template("themes/mail.html")
    assert get_template("themes/mail.txt")


@pytest.mark.parametrize(("backend", "found"), [("smtp.EmailBackend", []), ("filebased.EmailBackend", ["themes.E001"])])
def test_an_installation_whose_mails_reach_nobody_is_told(settings: Any, backend: str, found: list[str]) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}"
    assert [fault.id for fault in mails_leave_the_house(None)] == found
