"""What strangers may start: few of each, refused with words and without losing what they typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from services.cases.actions import SubmissionIncomplete, ask_applicant, retry_step, settle_charge
from services.cases.limits import BEGINNING, SENDING, WRITING_TO_CASE
from services.cases.models import Case, CaseState, Message, StepState
from services.forms.actions import add_upload
from services.forms.models import Draft, Upload
from services.forms.quotas import TooManyDrafts
from services.forms.uploads import UploadRefused
from services.payments.queries import charges_for_reference
from tenants.accounts.models import User
from tenants.communes.scope import commune_scope
from tenants.mails.models import OutgoingMail
from tests.factories.mails import send_waiting_mails

from .conftest import OUTSIDE, SLUG, carried_by, filled_draft, offer_permit, run_all, submitted

VICTIM = "victim@example.org"


def send(commune: Any, *, plate: str, address: str = "192.0.2.1", user: Any = None, **changes: Any) -> Any:
    """Send a filled-in application with a browser; returns the answer."""
    browser = Client(headers={"host": commune.primary_host}, REMOTE_ADDR=address)
    if user:
        browser.force_login(user)
    with commune_scope(commune):
        draft = filled_draft(plate=plate, email=VICTIM, **changes)
    session = browser.session
    session["drafts"] = {SLUG: draft.token}  # as the release before 2026.12.1 kept it
    session.save()
    if not user:
        browser.cookies["portal_session"] = session.session_key
    page = f"/antrag/{SLUG}/pruefen/"
    return browser.post(page, carried_by(browser.get(page)))


def run_every_case() -> None:
    for case in Case.objects.all():
        run_all(case)


def test_one_address_gets_few_mails_a_day_and_no_more_grants_at_once(in_gera: Any) -> None:
    for number in range(6):
        answer = send(
            in_gera, plate=f"G-AB {number + 1}", address=f"192.0.2.{number}", family_name=f"Beyer {'I' * number}"
        )
        assert answer.status_code == 302
    run_every_case()
    assert len(mail.outbox) == 6
    states = list(Case.objects.order_by("pk").values_list("state", flat=True))
    assert states == [CaseState.GRANTED] * 3 + [CaseState.IN_REVIEW] * 3
    page = Client(headers={"host": in_gera.primary_host})
    page.cookies["portal_session"] = answer.client.cookies["portal_session"].value
    text = page.get(answer["Location"]).content.decode()
    assert "deshalb kommt keine Bestätigung per E-Mail" in text


def test_whoever_has_confirmed_an_address_gets_all_mails(in_gera: Any) -> None:
    user = User.objects.create_user(VICTIM, "x")
    EmailAddress.objects.create(user=user, email=VICTIM, verified=True, primary=True)
    for number in range(4):
        send(in_gera, plate=f"G-AB {number + 1}", user=user, family_name=f"Beyer {'I' * number}")
    run_every_case()
    assert (Case.objects.filter(state=CaseState.GRANTED).count(), len(mail.outbox)) == (4, 8)


def test_an_address_that_does_not_exist_gets_no_grant_at_once(in_gera: Any) -> None:
    gone = submitted(email=VICTIM, family_name="Erste")
    run_all(gone)
    row = OutgoingMail.objects.filter(cause__endswith="/confirm")
    row.update(state="failed", bounced=True)
    case = submitted(email=VICTIM.upper())
    run_all(case)
    assert case.state == CaseState.IN_REVIEW


@pytest.mark.parametrize("given_name", ["http://evil.example/", "WWW.evil.example", "win@evil.example"])
def test_no_application_is_made_in_the_name_of_a_link(in_gera: Any, given_name: str) -> None:
    with pytest.raises(SubmissionIncomplete) as refusal:
        submitted(given_name=f"Gewinnen Sie: {given_name}")
    assert refusal.value.errors["person"] == {"given_name": "Schreiben Sie nur den Namen, ohne Adressen und Links."}
    assert not Case.objects.exists()


def test_a_greeting_carries_no_advertising(in_gera: Any) -> None:
    run_all(submitted(given_name="Gewinnen Sie 1000 Euro: evil.example", family_name="x0"))
    letters = [message.message().as_string() for message in mail.outbox]
    assert len(letters) == 2
    assert not any("evil" in letter or "1000" in letter for letter in letters)
    assert all("Guten Tag," in message.body for message in mail.outbox)


def test_a_mail_that_bounced_is_shown_at_its_step_and_sent_anew_by_a_clerk(
    in_gera: Any, clerk: Any, settings: Any
) -> None:
    from tests.servers.smtp import mail_server

    with mail_server() as server:
        settings.EMAIL_BACKEND = "tenants.mails.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        server.to_recipient = ["550 5.1.1 no such user"]
        case = submitted()
        run_all(case)
        step = case.steps.get(name="confirm")
        assert (step.state, "no such user" in step.last_error) == (StepState.FAILED, True)
        assert case.events.filter(kind="step_failed", params__step="confirm").count() == 1
        retry_step(step=step, actor=clerk)
        run_all(case)
        step.refresh_from_db()
        assert (step.state, step.last_error) == (StepState.DONE, "")
        assert len(server.letters) == 2


def test_two_questions_before_a_worker_came_are_both_mailed(in_gera: Any, clerk: Any) -> None:
    case = submitted(**OUTSIDE)
    run_all(case)
    mail.outbox.clear()
    for text in ("Wo genau wohnen Sie?", "Seit wann?"):
        ask_applicant(case=case, actor=clerk, text=text)
    assert send_waiting_mails() == 2
    assert [("Wo genau" in message.body, "Seit wann" in message.body) for message in mail.outbox] == [
        (True, False),
        (False, True),
    ]
    ids = {message.message()["Message-ID"] for message in mail.outbox}
    assert len(ids) == 2


def test_too_many_applications_from_one_place_lose_nothing(in_gera: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cases.views.apply.SENDING", SENDING.__class__("test.send", times=1, seconds=3600))
    assert send(in_gera, plate="G-AB 1").status_code == 302
    refused = send(in_gera, plate="G-AB 2")
    assert refused.status_code == 429
    assert "Ihre Angaben bleiben erhalten" in refused.content.decode()
    assert (Case.objects.count(), Draft.objects.filter(claimed_at=None).count()) == (1, 1)


def test_beginning_is_limited_by_place_and_by_what_lies_open(
    in_gera: Any, portal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_permit()
    monkeypatch.setattr("services.forms.quotas.DRAFTS_OF_ORIGIN", 2)
    codes = [portal.post(f"/antrag/{SLUG}/").status_code for _try in range(3)]
    assert codes == [302, 302, 429]
    assert portal.post(f"/antrag/{SLUG}/", REMOTE_ADDR="192.0.2.8").status_code == 302
    Draft.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert portal.post(f"/antrag/{SLUG}/").status_code == 302, "what has ended makes room"
    monkeypatch.setattr("services.cases.views.apply.BEGINNING", BEGINNING.__class__("test.begin", times=1, seconds=60))
    assert portal.post(f"/antrag/{SLUG}/", REMOTE_ADDR="192.0.2.9").status_code == 302
    refused = portal.post(f"/antrag/{SLUG}/", REMOTE_ADDR="192.0.2.9")
    assert (refused.status_code, "Warten Sie eine Stunde" in refused.content.decode()) == (429, True)


def test_drafts_that_were_left_make_room_for_others(in_gera: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.forms.quotas.DRAFTS_OF_COMMUNE", 1)
    filled_draft()
    with pytest.raises(TooManyDrafts):
        filled_draft()
    Draft.objects.update(answers={}, created_at=timezone.now() - timedelta(hours=2))
    assert filled_draft()


def test_files_of_unsent_applications_have_a_quota(in_gera: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = filled_draft(own_vehicle="no")
    content = b"%PDF-1.7 " + b"x" * 100
    add_upload(draft=draft, field="keeper_statement", file=ContentFile(content, name="a.pdf"))
    for quota in ("BYTES_OF_ORIGIN", "BYTES_OF_COMMUNE"):
        with monkeypatch.context() as small:
            small.setattr(f"services.forms.quotas.{quota}", 150)
            with pytest.raises(UploadRefused):
                add_upload(draft=draft, field="keeper_statement", file=ContentFile(content, name="b.pdf"))
    assert Upload.objects.count() == 1


def test_a_store_that_takes_nothing_is_said_in_words(in_gera: Any, settings: Any, tmp_path: Any) -> None:
    draft = filled_draft(own_vehicle="no")
    (tmp_path / "media").write_text("a file where the folder should be")
    from django.core.files.storage import default_storage

    settings.MEDIA_ROOT = str(tmp_path / "media")
    with pytest.raises(UploadRefused, match="gerade nicht speichern"):
        add_upload(draft=draft, field="keeper_statement", file=ContentFile(b"%PDF-1.7", name="a.pdf"))
    assert default_storage is not None
    assert not Upload.objects.exists()


def test_messages_to_a_case_are_limited_and_stay_in_the_field(
    in_gera: Any, portal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = submitted(**OUTSIDE)
    run_all(case)
    session = portal.session
    session["cases"] = [case.number]
    session.save()
    portal.cookies["portal_session"] = session.session_key
    small = WRITING_TO_CASE.__class__("test.write", times=1, seconds=3600)
    monkeypatch.setattr("services.cases.limits.WRITING_TO_CASE", small)
    path = f"/vorgang/{case.number}/nachricht/"
    assert portal.post(path, {"text": "Eins"}).status_code == 302
    refused = portal.post(path, {"text": "Zweitens, ausführlich"})
    assert refused.status_code == 429
    assert "Zweitens, ausführlich" in refused.content.decode()
    assert Message.objects.count() == 1


def test_nobody_acts_in_their_own_case(in_gera: Any, portal: Any, clerk: Any) -> None:
    case = submitted(email=clerk.email.upper())
    run_all(case)
    charge = charges_for_reference(case.number).get()
    step = case.steps.get(name="confirm")
    step.state = StepState.FAILED
    step.save()
    for act in (
        lambda: settle_charge(case=case, charge=charge, actor=clerk),
        lambda: retry_step(step=step, actor=clerk),
        lambda: ask_applicant(case=case, actor=clerk, text="?"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    portal.force_login(clerk)
    page = f"/arbeitsplatz/vorgaenge/{case.number}/"
    assert "Als bezahlt vermerken" not in portal.get(page).content.decode()
    assert portal.post(f"{page}rechnung/{charge.pk}/").status_code == 403
    charge.refresh_from_db()
    assert charge.is_open


@pytest.mark.parametrize("verified", [True, False])
def test_a_case_is_ones_own_by_any_address_of_the_account(in_gera: Any, clerk: Any, verified: bool) -> None:
    EmailAddress.objects.create(user=clerk, email="jonas@privat.example", verified=verified)
    case = submitted(email="Jonas@Privat.example")
    run_all(case)
    for name in ("decide_case", "ask_applicant", "settle_charge", "retry_step"):
        assert not clerk.has_perm(f"cases.{name}", case)
    assert clerk.has_perm("cases.decide_case", submitted(email="jonas@other.example"))


@pytest.mark.parametrize(
    "path", ["/arbeitsplatz/?q=%00", "/arbeitsplatz/?q=a%00b&filter=%00&sort=%00", "/suche/?q=%%0000"]
)
def test_a_character_that_no_database_holds_breaks_nothing(in_gera: Any, portal: Any, clerk: Any, path: str) -> None:
    portal.force_login(clerk)
    assert portal.get(path).status_code == 200
    assert portal.get("/arbeitsplatz/vorgaenge/%00/").status_code == 404
