"""Ideas from the first sentence to the support of others."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.participation import actions, queries
from services.participation.faults import IdeaError, TokenUnknown
from services.participation.models import Idea, IdeaEvent, Report, Support
from services.participation.states import TRANSITIONS, IdeaState, next_state
from tenants.accounts.models import User, UserKind
from tenants.communes.scope import commune_scope
from tenants.mails.models import OutgoingMail
from tenants.mails.tasks import sweep_commune
from tests.factories.mails import send_waiting_mails

TEXT = "Ein Tauschschrank neben jeder Bushaltestelle."
ADDRESS = "renate@example.org"


def link_of(idea: Idea) -> str:
    """Let the worker send the mail, and take the link out of it."""
    assert send_waiting_mails() == 1
    assert mail.outbox[-1].to == [idea.email]
    found = re.search(r"http://\S+/mitmachen/ideen/bestaetigen/(\S+)/", mail.outbox[-1].body)
    assert found
    return found[1]


def readable(page: str) -> str:
    """The page without the soft hyphens that long words carry."""
    return page.replace("\xad", "")


def public_idea(text: str = TEXT, **fields: Any) -> Idea:
    return Idea.objects.create(
        text=text, email=ADDRESS, state=IdeaState.CONFIRMED, confirmed_at=timezone.now(), **fields
    )


@pytest.fixture
def editor(in_gera: Any) -> User:
    user = User.objects.create_user("redaktion@gera.example", "x", kind=UserKind.STAFF)
    user.groups.add(Group.objects.get(name="editor"))
    return user


@pytest.fixture
def idea(in_gera: Any) -> Idea:
    return public_idea(district="Lusan", author_name="Renate K.")


def test_an_idea_is_public_only_after_its_mail_was_confirmed(in_gera: Any, portal: Client) -> None:
    form = {"text": f"  {TEXT}\n", "email": "Renate@Example.org", "author_name": "Renate K."}
    answer = portal.post("/mitmachen/ideen/neu/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/mitmachen/ideen/aufgeschrieben/")
    idea = Idea.objects.get()
    assert (idea.text, idea.email, idea.state) == (TEXT, ADDRESS, IdeaState.DRAFT)
    assert portal.get(f"/mitmachen/ideen/{idea.pk}/").status_code == 404

    token = link_of(idea)
    page = portal.get(f"/mitmachen/ideen/bestaetigen/{token}/")
    assert (page.status_code, TEXT in readable(page.content.decode())) == (200, True)
    assert Idea.objects.get().state == IdeaState.DRAFT, "opening the link writes nothing"

    for _click in range(2):
        answer = portal.post(f"/mitmachen/ideen/bestaetigen/{token}/")
        assert (answer.status_code, answer["Location"]) == (302, f"/mitmachen/ideen/{idea.pk}/")
    assert Idea.objects.get().state == IdeaState.CONFIRMED
    assert IdeaEvent.objects.filter(verb="confirm").count() == 1
    shown = portal.get(f"/mitmachen/ideen/{idea.pk}/").content.decode()
    assert "Renate K." in shown
    assert ADDRESS not in shown


def test_a_double_post_keeps_one_idea_and_writes_one_mail(in_gera: Any, portal: Client) -> None:
    for _click in range(2):
        portal.post("/mitmachen/ideen/neu/", {"text": TEXT, "email": ADDRESS})
    assert (Idea.objects.count(), send_waiting_mails()) == (1, 1)


def test_what_a_machine_sends_is_thanked_for_and_dropped(in_gera: Any, portal: Client) -> None:
    answer = portal.post("/mitmachen/ideen/neu/", {"text": TEXT, "email": ADDRESS, "website": "http://spam.example"})
    assert (answer.status_code, Idea.objects.count()) == (302, 0)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"text": "zu kurz", "email": ADDRESS}, "mindestens 10 Zeichen"),
        ({"text": "x" * 281, "email": ADDRESS}, "Es sind 281"),
        ({"text": TEXT, "email": "renate"}, "Prüfen Sie die E-Mail-Adresse"),
        ({"text": TEXT, "email": ADDRESS, "district": "Atlantis"}, "Ortsteil"),
        ({}, "Schreiben Sie Ihre Idee auf"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(in_gera: Any, portal: Client, form: Any, sentence: str) -> None:
    answer = portal.post("/mitmachen/ideen/neu/", form)
    assert (answer.status_code, Idea.objects.count()) == (422, 0)
    assert sentence in answer.content.decode()


def test_exactly_280_characters_fit_and_the_database_agrees(in_gera: Any, portal: Client) -> None:
    assert portal.post("/mitmachen/ideen/neu/", {"text": "ü" * 280, "email": ADDRESS}).status_code == 302
    for text in ("x" * 9, ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            Idea.objects.create(text=text, email=ADDRESS)


def test_many_ideas_from_one_place_are_slowed_down(in_gera: Any, portal: Client) -> None:
    for number in range(5):
        portal.post("/mitmachen/ideen/neu/", {"text": f"{TEXT} {number}", "email": ADDRESS}, REMOTE_ADDR="192.0.2.7")
    answer = portal.post("/mitmachen/ideen/neu/", {"text": TEXT, "email": ADDRESS}, REMOTE_ADDR="192.0.2.7")
    assert (answer.status_code, Idea.objects.count()) == (429, 5)
    assert portal.post("/mitmachen/ideen/neu/", {"text": TEXT, "email": ADDRESS}).status_code == 302


@pytest.mark.parametrize("token", ["unknown", "%00", "a" * 500])
def test_a_wrong_link_says_what_to_do(in_gera: Any, portal: Client, token: str) -> None:
    for answer in (portal.get, portal.post):
        assert answer(f"/mitmachen/ideen/bestaetigen/{token}/").status_code == 410


def test_a_link_ends_after_two_days(in_gera: Any) -> None:
    idea = actions.write_idea(text=TEXT, email=ADDRESS)
    token = link_of(idea)
    Idea.objects.update(mailed_at=timezone.now() - timedelta(hours=49))
    with pytest.raises(TokenUnknown):
        actions.confirm_idea(token=token)
    actions.write_idea(text="Eine ganz andere Idee", email=ADDRESS)
    assert not Idea.objects.filter(pk=idea.pk).exists(), "an unconfirmed idea is deleted with its address"


def test_a_browser_supports_once_and_can_take_it_back(idea: Idea, portal: Client) -> None:
    support, supported = f"/mitmachen/ideen/{idea.pk}/unterstuetzen/", f"/mitmachen/ideen/{idea.pk}/unterstuetzt/"
    for _click in range(2):
        assert portal.post(support)["Location"] == supported
    assert (Support.objects.count(), Idea.objects.get().supports) == (1, 1)
    assert "Danke" in portal.get(supported).content.decode()
    for _click in range(2):
        portal.post(support, {"withdraw": "1"})
    assert (Support.objects.count(), Idea.objects.get().supports) == (0, 0)
    assert portal.get(support).status_code == 405


def test_two_browsers_are_two_supporters(idea: Idea, gera: Any) -> None:
    for agent in ("Firefox", "Safari"):
        browser = Client(headers={"host": gera.primary_host, "user-agent": agent})
        browser.post(f"/mitmachen/ideen/{idea.pk}/unterstuetzen/")
    assert Idea.objects.get().supports == 2


def test_twenty_first_clicks_of_one_browser_without_a_cookie_count_once(
    idea: Idea, gera: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.participation.views.supporters.time", SimpleNamespace(time=lambda: 7200.0))
    for _click in range(20):
        Client(headers={"host": gera.primary_host}).post(f"/mitmachen/ideen/{idea.pk}/unterstuetzen/")
    assert (Support.objects.count(), Idea.objects.get().supports) == (1, 1)
    other = Client(headers={"host": gera.primary_host}, REMOTE_ADDR="192.0.2.9")
    other.post(f"/mitmachen/ideen/{idea.pk}/unterstuetzen/")
    assert Idea.objects.get().supports == 2


def test_nobody_moderates_their_own_idea(idea: Idea, portal: Client, editor: User) -> None:
    Idea.objects.update(email=editor.email)
    own = Idea.objects.get()
    for act in (actions.show_idea, actions.dismiss_reports):
        with pytest.raises(PermissionDenied):
            act(idea=own, actor=editor)
    portal.force_login(editor)
    answer = portal.post(f"/arbeitsplatz/ideen/{own.pk}/ausblenden/", {"reason": "x"}, follow=True)
    assert "Über Ihre eigene Idee entscheidet jemand anderes." in answer.content.decode()
    assert Idea.objects.get().is_public


def test_the_mail_carries_nothing_that_the_writer_typed(in_gera: Any, portal: Client) -> None:
    advert = "Gewinnen Sie 1000 Euro: http://evil.example/"
    portal.post("/mitmachen/ideen/neu/", {"text": advert, "email": ADDRESS})
    send_waiting_mails()
    assert "evil" not in mail.outbox[-1].message().as_string()
    answer = portal.post("/mitmachen/ideen/neu/", {"text": TEXT, "email": ADDRESS, "author_name": "www.evil.example"})
    assert (answer.status_code, "nur Ihren Namen" in answer.content.decode()) == (422, True)


def test_one_address_gets_few_links_a_day_wherever_they_are_ordered(in_gera: Any, portal: Client) -> None:
    for number in range(7):
        form = {"text": f"{TEXT} {number}", "email": ADDRESS}
        answer = portal.post("/mitmachen/ideen/neu/", form, REMOTE_ADDR=f"192.0.2.{number}")
    assert (answer.status_code, Idea.objects.count()) == (429, 6)
    assert TEXT in answer.content.decode(), "nothing typed is lost"
    assert send_waiting_mails() == 6


def test_a_link_that_bounced_may_be_ordered_again_at_once(in_gera: Any) -> None:
    idea = actions.write_idea(text=TEXT, email=ADDRESS)
    lost = {"state": "failed", "finished_at": timezone.now(), "content": "", "recipient": ""}
    OutgoingMail.objects.update(**lost)
    actions.write_idea(text=TEXT, email=ADDRESS)
    assert link_of(idea)


def test_a_link_that_the_release_before_left_to_a_lost_task_is_written_by_the_sweep(in_gera: Any) -> None:
    lost = Idea.objects.create(text=TEXT, email=ADDRESS, mailed_at=timezone.now() - timedelta(minutes=5))
    sweep_commune(schema=in_gera.schema)
    sweep_commune(schema=in_gera.schema)
    assert actions.confirm_idea(token=link_of(lost)).is_public


def test_the_same_supporter_is_refused_by_the_database(idea: Idea) -> None:
    Support.objects.create(idea=idea, supporter="s")
    with pytest.raises(IntegrityError), transaction.atomic():
        Support.objects.create(idea=idea, supporter="s")


def test_the_list_orders_and_pages(in_gera: Any, portal: Client) -> None:
    for number in range(23):
        public_idea(f"Idee Nummer {number:02d}", supports=number % 7)
    newest = portal.get("/mitmachen/ideen/").content.decode()
    assert newest.index("Nummer 22") < newest.index("Nummer 21")
    assert "Seite 1 von 2" in newest
    liked = portal.get("/mitmachen/ideen/?order=beliebt").content.decode()
    assert liked.index("Nummer 20") < liked.index("Nummer 22")
    for strange in ("?page=99", "?page=x", "?order=%00", "?district=%00", "?district=Mond"):
        assert portal.get(f"/mitmachen/ideen/{strange}").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_queries_however_long(in_gera: Any, count: int) -> None:
    for number in range(count):
        public_idea(f"Idee Nummer {number}")
    for ask in (lambda: list(queries.ideas_for_public()), queries.band_of_ideas, queries.participation_figures):
        with CaptureQueriesContext(connection) as asked:
            ask()
        assert len(asked) == 1


def test_figures_count_only_what_is_public(idea: Idea) -> None:
    Idea.objects.create(text="Noch nicht bestätigt", email=ADDRESS)
    assert queries.participation_figures() == queries.Figures(ideas=1, projects=0, funded=0, supports=0)
    assert queries.band_of_ideas()[0] == queries.participation_figures()


def test_a_reported_idea_waits_for_the_editors(idea: Idea, portal: Client, editor: User) -> None:
    report = f"/mitmachen/ideen/{idea.pk}/melden/"
    assert portal.post(report, {}).status_code == 422
    for _click in range(2):
        portal.post(report, {"reason": "spam", "note": "Werbung"})
    assert (Report.objects.count(), queries.reports_waiting()) == (1, 1)
    actions.dismiss_reports(idea=idea, actor=editor)
    assert (queries.reports_waiting(), Idea.objects.get().is_public) == (0, True)


def test_hiding_wants_a_reason_and_can_be_undone(idea: Idea, portal: Client, editor: User) -> None:
    page = f"/mitmachen/ideen/{idea.pk}/"
    with pytest.raises(IdeaError):
        actions.hide_idea(idea=idea, actor=editor, reason="  ")
    actions.hide_idea(idea=idea, actor=editor, reason="Nennt eine Nachbarin beim Namen")
    assert portal.get(page).status_code == 404
    with pytest.raises(IdeaError):
        actions.hide_idea(idea=idea, actor=editor, reason="noch einmal")
    with pytest.raises(IdeaError):
        actions.support_idea(idea=idea, supporter="s")
    actions.show_idea(idea=idea, actor=editor)
    assert portal.get(page).status_code == 200


def test_only_editors_moderate(idea: Idea, portal: Client, editor: User) -> None:
    queue, hide = "/arbeitsplatz/ideen/", f"/arbeitsplatz/ideen/{idea.pk}/ausblenden/"
    assert portal.get(queue).status_code == 302
    citizen = User.objects.create_user("buerger@example.org", "x")
    portal.force_login(citizen)
    assert (portal.get(queue).status_code, portal.post(hide, {"reason": "x"}).status_code) == (403, 403)
    portal.force_login(editor)
    assert TEXT in readable(portal.get(queue).content.decode())
    assert portal.post(hide, {"reason": "Werbung"}).status_code == 302
    assert Idea.objects.get().state == IdeaState.HIDDEN


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_costs_the_same_queries_however_long(portal: Client, editor: User, count: int) -> None:
    for number in range(count):
        Report.objects.create(idea=public_idea(f"Idee Nummer {number}"), reason="spam", reporter="r")
    portal.force_login(editor)
    portal.get("/arbeitsplatz/ideen/")
    with CaptureQueriesContext(connection) as asked:
        portal.get("/arbeitsplatz/ideen/")
    ours = [query for query in asked if '"participation_' in query["sql"]]
    assert len(ours) == 4  # count, page, its reports, the rail's figure


def test_only_the_table_changes_states() -> None:
    verbs = {"confirm", "hide", "show"}
    allowed = {
        (state, verb): next_state(state, verb)
        for state in IdeaState.values
        for verb in verbs
        if (state, verb) in TRANSITIONS
    }
    assert allowed == TRANSITIONS
    with pytest.raises(IdeaError):
        next_state(IdeaState.CONFIRMED, "confirm")


def test_ideas_stay_in_their_commune(idea: Idea, wurzen: Any) -> None:
    with commune_scope(wurzen):
        assert Idea.objects.count() == 0
    portal = Client(headers={"host": wurzen.primary_host})
    assert portal.get(f"/mitmachen/ideen/{idea.pk}/").status_code == 404


def test_the_api_gives_public_ideas_without_addresses(idea: Idea, portal: Client) -> None:
    Idea.objects.create(text="Noch nicht bestätigt", email=ADDRESS)
    answer = portal.get("/api/v1/ideas")
    assert (answer.status_code, answer.json()["count"]) == (200, 1)
    assert answer.json()["items"][0]["text"] == TEXT
    assert ADDRESS not in answer.content.decode()
    assert portal.get(f"/api/v1/ideas/{idea.pk}").json()["district"] == "Lusan"
    for wrong in ("999999", "99999999999999999999"):
        assert portal.get(f"/api/v1/ideas/{wrong}").status_code == 404
    assert portal.get("/api/v1/ideas?limit=101").status_code == 422


def test_changes_are_announced_so_that_kept_pages_go(
    idea: Idea, editor: User, django_capture_on_commit_callbacks: Any
) -> None:
    changes = (
        lambda: actions.support_idea(idea=idea, supporter="s"),
        lambda: actions.withdraw_support(idea=idea, supporter="s"),
        lambda: actions.hide_idea(idea=idea, actor=editor, reason="x"),
        lambda: actions.show_idea(idea=idea, actor=editor),
    )
    for change in changes:
        with CaptureQueriesContext(connection) as asked:
            change()
        assert any("pg_notify" in query["sql"] for query in asked)
