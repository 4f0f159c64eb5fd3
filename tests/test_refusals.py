"""Whoever tries too often is told, wherever it is, and when it goes on (RFC 6585 § 4): every limit of the house.

The page is the commune's own, in words, and what was typed stays in its form. A new limit is found by its name: it is
tried here, or `OTHERWISE` says what becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from services.cases.access import TRIES_AT_CASE, TRIES_OF_VISITOR
from services.cases.limits import BEGINNING, SENDING, WRITING_TO_CASE
from services.cases.limits import WRITING as WRITING_MESSAGES
from services.cases.numbers import new_number
from services.catalogue.missing import TELLING
from services.documents.limits import CODES, PLATES, PLATES_OF_ONE, UPLOADS
from services.forms.actions import start_draft
from services.forms.quotas import DRAFTS_OF_ORIGIN, origin_of
from services.participation.limits import REPORTING, SUPPORTING, WRITING
from services.participation.models import Idea
from tenants.accounts.adapters import NAMING_AN_ADDRESS
from tenants.accounts.models import User
from tenants.communes.limited_views import WAIT_IF_UNKNOWN, limited_views
from tenants.communes.limits import Limit, is_exceeded
from tenants.communes.scope import commune_scope
from tenants.mails.limits import MAILS_STARTED
from tenants.mails.queries import recipient_key
from tests.factories.accounts import make_account
from tests.services.cases.conftest import OUTSIDE, SLUG, carried_by, filled_draft, offer_permit, run_all, submitted
from tests.services.documents.letters_for_tests import issue_permit
from tests.services.participation.test_ideas import public_idea
from tests.test_limits import limits_in_code

# WeasyPrint leaves its colour profile to the garbage collector
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO name=.*sRGB2014.icc:pytest.PytestUnraisableExceptionWarning"
)
HERE = "127.0.0.1"
WRITER = "wer@citizen.example"
BENCHES = "Bänke am Ufer der Elster, im Schatten."
IDEA = {"text": BENCHES, "email": WRITER, "website": ""}
NUMBER = new_number("gera")
KEY = {"number": NUMBER, "code": "22222222"}
PDF = SimpleUploadedFile("ausweis.pdf", b"%PDF-1.7", "application/pdf")
REPORT = {"reason": "insult", "note": "Da wird jemand beleidigt."}
MESSAGE = {"text": "Ich ziehe im März um."}


@dataclass(frozen=True)
class Refusal:
    """One place where a limit is met. `subject` and `path` may name what the `world` made; `kept` stays in the form."""

    limit: Limit
    method: str
    path: str
    sent: dict[str, Any] = field(default_factory=dict)
    subject: str = HERE
    kept: str = ""

    def __str__(self) -> str:
        return f"{self.limit.name} {self.path}"


PLACES = [
    Refusal(TRIES_OF_VISITOR, "post", "/vorgang/", KEY, kept=NUMBER),
    Refusal(TRIES_AT_CASE, "post", "/vorgang/", KEY, subject=NUMBER, kept=NUMBER),
    Refusal(TRIES_OF_VISITOR, "post", "/api/v1/cases/status", KEY),
    Refusal(BEGINNING, "post", f"/antrag/{SLUG}/"),
    Refusal(SENDING, "post", f"/antrag/{SLUG}/pruefen/", kept="G-AB 777"),
    Refusal(WRITING_MESSAGES, "post", "/vorgang/{case}/nachricht/", MESSAGE, kept=MESSAGE["text"]),
    Refusal(WRITING_TO_CASE, "post", "/vorgang/{case}/nachricht/", MESSAGE, subject="{case}", kept=MESSAGE["text"]),
    Refusal(TELLING, "post", "/suche/fehlt/", {"words": "Badesee"}),
    Refusal(CODES, "get", "/pruefen/2222-2222-2222-2222/"),
    Refusal(CODES, "get", "/api/v1/documents/2222-2222-2222-2222"),
    Refusal(PLATES, "post", "/pruefen/{code}/kennzeichen/", {"plate": "G-XY 99"}, kept="G-XY 99"),
    Refusal(PLATES_OF_ONE, "post", "/pruefen/{code}/kennzeichen/", {"plate": "G-XY 99"}, "{plain}", "G-XY 99"),
    Refusal(PLATES, "post", "/api/v1/documents/{code}/plate", {"plate": "G-XY 99"}),
    Refusal(PLATES_OF_ONE, "post", "/api/v1/documents/{code}/plate", {"plate": "G-XY 99"}, subject="{plain}"),
    Refusal(UPLOADS, "post", "/pruefen/datei/", {"pdf": PDF}),
    Refusal(UPLOADS, "post", "/api/v1/documents", {"pdf": PDF}),
    Refusal(WRITING, "post", "/mitmachen/ideen/neu/", IDEA, kept=BENCHES),
    Refusal(MAILS_STARTED, "post", "/mitmachen/ideen/neu/", IDEA, subject="{recipient}", kept=BENCHES),
    Refusal(SUPPORTING, "post", "/mitmachen/ideen/{idea}/unterstuetzen/"),
    Refusal(REPORTING, "post", "/mitmachen/ideen/{idea}/melden/", REPORT, kept=REPORT["note"]),
    Refusal(NAMING_AN_ADDRESS, "post", "/konto/password/reset/", {"email": WRITER}, subject=WRITER),
]
# limits that end in no answer of 429
IN_THE_FORM = "what was typed is called wrong, or too often, in its form"
LEFT_OUT = "a mail is left out without a word, so that nobody learns of an account"
OTHERWISE = {
    "accounts.code-once": IN_THE_FORM,
    "accounts.codes-of-account": IN_THE_FORM,
    "accounts.confirmations-to-recipient": LEFT_OUT,
    "accounts.mails-to-recipient": LEFT_OUT,
    "accounts.wrong-at-account": IN_THE_FORM,
    "accounts.wrong-of-known-browser": IN_THE_FORM,
    "accounts.wrong-of-visitor": IN_THE_FORM,
    "accounts.wrong-of-visitor-at-account": IN_THE_FORM,
}
PARTS_OF_ADDRESSES: dict[str, dict[str, Any]] = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "set-password"},
    "account_confirm_email": {"key": "abc"},
    "wagtailcore_authenticate_with_password": {"page_view_restriction_id": 1, "page_id": 1},
}
VIEWS = sorted(name for name, _view in limited_views.items())


@pytest.fixture
def world(portal: Client, gera: Any, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """A case that this browser may open, a draft that it may send, a printed permit and a public idea."""
    settings.MEDIA_ROOT = str(tmp_path)
    with commune_scope(gera):
        offer_permit()
        case = submitted(**OUTSIDE)
        run_all(case)
        draft = filled_draft(plate="G-AB 777")
        permit = issue_permit(case.number)
        idea: Idea = public_idea()
        recipient = recipient_key(WRITER)
        session = portal.session
        session["cases"], session["drafts"] = [case.number], {SLUG: draft.token}
        session.save()
    portal.cookies["portal_session"] = session.session_key
    return {
        "case": case.number,
        "code": permit.code,
        "plain": permit.verify_code,
        "idea": idea.pk,
        "recipient": recipient,
    }


def use_up(commune: Any, limit: Limit, subject: str) -> None:
    with commune_scope(commune):
        for _time in range(limit.times):
            assert not is_exceeded(limit, subject)


def assert_told(answer: Any, seconds: int) -> None:
    """429 with a time; a page is the commune's and says so in words."""
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= seconds
    if answer["Content-Type"].startswith("text/html"):
        page = answer.content.decode()
        assert "Gera</title>" in page
        assert any(words in page for words in ("geht es weiter", "Warten Sie", "in einer Stunde", "morgen"))


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_refusal_says_when_it_goes_on_and_loses_nothing(
    portal: Client, gera: Any, world: dict[str, Any], place: Refusal
) -> None:
    use_up(gera, place.limit, place.subject.format(**world))
    path = place.path.format(**world)
    PDF.seek(0)
    options = {"content_type": "application/json"} if path.startswith("/api/") and "pdf" not in place.sent else {}
    shown = carried_by(portal.get(path)) if place.limit is SENDING else {}
    answer = getattr(portal, place.method)(path, place.sent | shown, **options)
    assert_told(answer, place.limit.seconds)
    assert place.kept in answer.content.decode()


def tries_at(name: str, user: Any) -> tuple[tuple[Limit, str], ...]:
    """What one request to a limited view counts as, its address among it."""
    request = RequestFactory(REMOTE_ADDR=HERE).post("/", {"login": WRITER})
    request.user = user
    return limited_views.get(name).tries(request, PARTS_OF_ADDRESSES.get(name, {}))


@pytest.mark.parametrize("name", VIEWS)
def test_a_limited_view_says_when_it_goes_on(portal: Client, gera: Any, name: str) -> None:
    user: User = make_account(gera, "ida@gera.example")
    with commune_scope(gera):
        portal.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        limit, subject = tries_at(name, user)[0]
    use_up(gera, limit, subject)
    address = reverse(name, kwargs=PARTS_OF_ADDRESSES.get(name), urlconf="rathausplatz.urls.portal")
    assert_told(portal.post(address, {"login": WRITER}), limit.seconds)


def test_every_limit_is_tried_here() -> None:
    tried = {place.limit.name for place in PLACES}
    tried |= {limit.name for name in VIEWS for limit, _subject in tries_at(name, AnonymousUser())}
    assert tried | OTHERWISE.keys() == limits_in_code().keys()
    assert not tried & OTHERWISE.keys()


def test_a_visitor_who_was_refused_nothing_is_told_nothing(portal: Client, gera: Any, world: dict[str, Any]) -> None:
    use_up(gera, CODES, HERE)
    assert portal.get("/pruefen/2222-2222-2222-2222/").status_code == 429
    assert "Retry-After" not in portal.get("/pruefen/").headers


def test_too_many_open_drafts_say_it_too(portal: Client, gera: Any) -> None:
    with commune_scope(gera):
        offering = offer_permit()
        origin = origin_of(RequestFactory(REMOTE_ADDR=HERE).get("/"))
        for _time in range(DRAFTS_OF_ORIGIN):
            start_draft(
                offering_slug=SLUG,
                definition_key=offering.definition_key,
                definition_version=offering.definition_version,
                origin=origin,
            )
    answer = portal.post(f"/antrag/{SLUG}/")
    assert (answer.status_code, answer["Retry-After"]) == (429, str(WAIT_IF_UNKNOWN))
