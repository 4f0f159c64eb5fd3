"""Every mail that was promised is a row, is sent once, and is found again whatever died."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.communes.lanes import MAILS, WORKER_LANES
from tenants.communes.scope import public_scope
from tenants.mails.actions import forget_old_mails
from tenants.mails.contents import message_id
from tenants.mails.followers import MailNews, mail_followers
from tenants.mails.models import MailState, OutgoingMail
from tenants.mails.queries import due_mails, failed_causes, has_bounced
from tenants.mails.sending import CLAIMED_FOR, FEWEST_TRIES, MOST_UNANSWERED, _claimed, send_due_mails
from tenants.mails.tasks import send_mails, send_platform_mails, sweep_commune
from tests.servers.smtp import MailServer

from .conftest import ADDRESS, make_due, write


def the_mail() -> OutgoingMail:
    return OutgoingMail.objects.get()


def test_a_mail_is_written_once_sent_once_and_then_emptied(in_gera: Any, server: MailServer) -> None:
    assert [write(), write()] == [True, False]
    assert [send_due_mails(), send_due_mails()] == [1, 0]
    (letter,) = server.letters
    assert (letter["To"], letter["Subject"]) == (ADDRESS, "Betreff")
    assert letter["Message-ID"] == message_id("sample/1")
    assert letter["Message-ID"].endswith("@gera.localhost>")
    body = letter.get_body(("plain",))
    assert body is not None
    assert "geheim" in body.get_content()
    sent = the_mail()
    assert (sent.state, sent.content, sent.recipient, sent.attempts) == (MailState.SENT, "", "", 1)
    assert write() is False


def test_a_row_holds_no_link_that_could_be_read_in_a_backup(in_gera: Any) -> None:
    write()
    assert "geheim" not in the_mail().content
    assert "Betreff" not in the_mail().content


def test_several_mails_take_one_connection(in_gera: Any, server: MailServer) -> None:
    for number in range(3):
        write(f"sample/{number}")
    assert (send_due_mails(), server.connections) == (3, 1)


def test_a_server_that_is_away_is_asked_again(in_gera: Any, server: MailServer, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    write()
    write("sample/2")
    assert send_due_mails() == 0
    first, second = OutgoingMail.objects.all()
    assert "nicht zu erreichen" in first.last_error
    assert timezone.now() < first.due_at <= timezone.now() + timedelta(seconds=130)
    assert second.attempts == 0, "nobody waits for the same silence twice"
    settings.EMAIL_PORT = server.port
    make_due()
    assert (send_due_mails(), len(server.letters)) == (2, 2)


def test_a_refusal_for_now_is_tried_again(in_gera: Any, server: MailServer) -> None:
    server.to_recipient = ["451 greylisted"]
    write()
    assert (send_due_mails(), the_mail().state) == (0, MailState.WAITING)
    assert "451 greylisted" in the_mail().last_error
    make_due()
    assert (send_due_mails(), len(server.letters)) == (1, 1)


@pytest.mark.parametrize(
    ("answer", "bounced"), [("550 5.1.1 no such user", True), ("550 5.7.1 relaying denied", False), ("554 no", False)]
)
def test_a_refusal_for_good_is_the_end_and_hurts_no_other(
    in_gera: Any, server: MailServer, answer: str, bounced: bool
) -> None:
    server.to_recipient = [answer]
    write()
    write("sample/2", to="other@example.org")
    assert send_due_mails() == 1
    failed = OutgoingMail.objects.get(cause="sample/1")
    assert (failed.state, failed.attempts, failed.content) == (MailState.FAILED, 1, "")
    assert answer in failed.last_error
    assert has_bounced("ADA@example.org") is bounced
    assert not has_bounced("other@example.org")
    assert failed_causes("sample/") == {"sample/1"}


def test_a_mail_that_was_refused_as_such_is_given_up(in_gera: Any, server: MailServer) -> None:
    server.to_mail = ["554 spam"]
    write()
    assert (send_due_mails(), the_mail().state, has_bounced(ADDRESS)) == (0, MailState.FAILED, False)


def test_a_mail_without_an_answer_is_sent_a_few_times_with_one_number(in_gera: Any, server: MailServer) -> None:
    server.hangs_up = 10
    write()
    for _try in range(MOST_UNANSWERED + 3):
        make_due()
        send_due_mails()
    assert len(server.letters) == MOST_UNANSWERED
    assert len({(letter["Message-ID"], letter["Date"]) for letter in server.letters}) == 1
    assert the_mail().state == MailState.FAILED
    assert "nicht gesagt" in the_mail().last_error


def test_a_sender_that_dies_leaves_the_mail_to_the_next_after_a_while(in_gera: Any, server: MailServer) -> None:
    write()
    claimed = _claimed()
    assert claimed is not None, "and here its process dies"
    assert send_due_mails() == 0
    assert the_mail().due_at >= timezone.now() + CLAIMED_FOR - timedelta(seconds=5)
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert (send_due_mails(), the_mail().attempts) == (1, 2)


def test_what_was_tried_for_three_days_is_given_up(in_gera: Any, server: MailServer) -> None:
    for attempts in (0, 1, FEWEST_TRIES - 1):
        write(f"sample/{attempts}")
        OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=4), attempts=attempts)
        assert send_due_mails() == 1, "what was hardly tried is tried, however old: a worker or a clock may have failed"
        OutgoingMail.objects.all().delete()
    write()
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=4), attempts=FEWEST_TRIES)
    assert (send_due_mails(), the_mail().state) == (0, MailState.FAILED)


def test_a_mail_written_while_a_clock_was_wrong_is_due_all_the_same(in_gera: Any) -> None:
    write()
    OutgoingMail.objects.update(due_at=timezone.now() + timedelta(days=1))
    assert due_mails().exists()


def test_a_mail_that_was_given_up_can_be_written_anew(in_gera: Any, server: MailServer) -> None:
    server.to_recipient = ["550 5.1.1 unknown"]
    write()
    send_due_mails()
    assert write(to="ada@example.net") is True
    assert (send_due_mails(), has_bounced(ADDRESS)) == (1, False)
    assert server.letters[0]["To"] == "ada@example.net"


def test_a_row_of_another_installation_is_given_up_with_words(in_gera: Any, server: MailServer, settings: Any) -> None:
    write()
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another one"
    assert (send_due_mails(), the_mail().state) == (0, MailState.FAILED)
    assert "anderen Installation" in the_mail().last_error
    settings.SECRET_KEY = before
    write()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", [before]
    assert send_due_mails() == 1


def test_the_room_is_told_and_its_fault_sends_nothing_twice(
    in_gera: Any, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[MailNews] = []

    def hear(news: MailNews) -> None:
        heard.append(news)
        raise LookupError(news.cause)

    monkeypatch.setitem(mail_followers._entries, "sample", hear)
    server.to_recipient = ["451 later"]
    write()
    send_due_mails()
    make_due()
    assert (send_due_mails(), len(server.letters)) == (1, 1)
    assert [(news.cause, bool(news.problem), news.given_up) for news in heard] == [
        ("sample/1", True, False),
        ("sample/1", False, False),
    ]


def test_a_mail_has_one_recipient(in_gera: Any) -> None:
    from django.core.mail import EmailMultiAlternatives

    from tenants.mails.actions import keep_mail

    for to in ([], ["a@example.org", "b@example.org"]):
        with pytest.raises(ValueError, match="one recipient"):
            keep_mail(cause="sample/1", message=EmailMultiAlternatives("x", "x", "a@b.example", to))


def test_the_database_keeps_neither_text_nor_address_of_what_is_over(in_gera: Any) -> None:
    write()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.update(state=MailState.SENT, finished_at=timezone.now())


def test_old_rows_are_forgotten(in_gera: Any, server: MailServer) -> None:
    write()
    send_due_mails()
    assert forget_old_mails() == 0
    OutgoingMail.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert forget_old_mails() == 1


def test_mails_stay_in_their_commune_and_the_platform_has_its_own(
    gera: Any, wurzen: Any, server: MailServer, django_capture_on_commit_callbacks: Any
) -> None:
    from tenants.communes.scope import commune_scope

    with commune_scope(gera):
        write()
    with public_scope():
        write("console/1", to="operator@example.org")
        assert OutgoingMail.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        send_mails(schema=wurzen.schema)
    assert server.letters == []
    with django_capture_on_commit_callbacks(execute=True):
        send_mails(schema=gera.schema)
    send_platform_mails()
    assert [letter["Message-ID"].partition("@")[2] for letter in server.letters] == [
        "gera.localhost>",
        "console.localhost>",
    ]


def test_mails_stand_in_a_lane_of_their_own(in_gera: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        write()
    folder = configured.DATA_DIR / "broker"
    assert any(path.name.endswith(f".{MAILS}.msg") for path in folder.iterdir())
    assert MAILS in WORKER_LANES


def test_a_broker_that_is_away_undoes_nothing_and_the_sweep_finds_the_mail(
    gera: Any, server: MailServer, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    from tenants.communes.scope import commune_scope

    def out_of_reach(*_args: Any, **_options: Any) -> None:
        raise OSError("the broker's folder is gone")

    with monkeypatch.context() as broken:
        broken.setattr("kombu.messaging.Producer.publish", out_of_reach)
        with django_capture_on_commit_callbacks(execute=True), commune_scope(gera):
            assert write() is True
    with django_capture_on_commit_callbacks() as waiting:
        sweep_commune(schema=gera.schema)
    assert len(waiting) == 1
    with commune_scope(gera):
        assert send_due_mails() == 1
