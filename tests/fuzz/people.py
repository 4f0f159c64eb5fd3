"""Who asks: each role signed in on the host it belongs to, with something to look at."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.test import Client

from tests.fuzz.asking import Asker
from tests.fuzz.bodies import MULTIPART, URLENCODED, multipart, urlencoded
from tests.fuzz.files import EMPTY_PDF, Upload
from tests.fuzz.forms import Form, Page

ROLES = ("visitor", "citizen", "clerk", "editor", "administrator", "operator")
PASSWORD = "Regenbogen-27-Kiesel"
BACKEND = "django.contrib.auth.backends.ModelBackend"
FILE = Upload("a.pdf", "application/pdf", EMPTY_PDF)


@contextmanager
def somebody(role: str, commune: Any) -> Iterator[Asker]:
    """A client of a role: in the commune, or on the console for the operator."""
    host = "console.localhost" if role == "operator" else commune.primary_host
    asker = Asker(role, Client(headers={"host": host}))
    if role != "visitor":
        _sign_in(asker.client, role, commune)
    try:
        yield asker
    finally:
        asker.end()


@contextmanager
def quiet() -> Iterator[None]:
    """Ten thousand refusals need not be told; a failure keeps its place in the fault itself."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _sign_in(client: Client, role: str, commune: Any) -> None:
    from tenants.communes.scope import commune_scope

    with nullcontext() if role == "operator" else commune_scope(commune):
        user = _account(role)
        client.force_login(user, backend=BACKEND)
    if role == "operator":
        client.cookies["console_session"] = client.cookies["portal_session"].value


def _account(role: str) -> Any:
    from allauth.account.models import EmailAddress
    from django.contrib.auth.models import Group

    from tenants.accounts.models import User, UserKind

    kinds = {"citizen": UserKind.CITIZEN, "operator": UserKind.OPERATOR}
    address = f"{role}@gera.example"
    user = User.objects.create_user(address, PASSWORD, name="Kim Beispiel", kind=kinds.get(role, UserKind.STAFF))
    user.groups.set(Group.objects.filter(name=role))
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    return user


def furnish(commune: Any) -> None:
    """A commune that has something of everything: an open and a decided case, ideas, a report, zones."""
    from services.participation.models import Idea, Report
    from tenants.communes.scope import commune_scope
    from tests.services.cases.conftest import OUTSIDE, run_all, submitted

    with commune_scope(commune):
        run_all(submitted())
        run_all(submitted(given_name="Bea", **OUTSIDE))
        idea = Idea.objects.filter(state="confirmed").first() or _idea()
        Report.objects.create(idea=idea, reason="other", reporter="0" * 64)


def _idea() -> Any:
    from django.utils import timezone

    from services.participation.models import Idea

    return Idea.objects.create(
        text="Ein Satz über Bänke am Fluss.", email="idee@example.org", state="confirmed", confirmed_at=timezone.now()
    )


def apply_as_far_as_possible(asker: Asker, slug: str) -> None:
    """Fill in an application up to the page that shows all answers, and leave it there."""
    path = f"/antrag/{slug}/"
    for _step in range(25):
        answer = asker.keep("GET", path)
        if answer.status_code in (301, 302):
            path = answer.headers["Location"]
            continue
        forms = [form for form in Page(path, answer.content.decode()).forms if form.method == "post"]
        if answer.status_code != 200 or not forms or path.endswith("/pruefen/"):
            return
        sent = send(asker, forms[-1], forms[-1].answers())
        path = sent.headers.get("Location", path)


def send(asker: Asker, form: Form, answers: dict[str, str]) -> Any:
    """Send a form as a person does."""
    pairs = list(answers.items())
    if form.has_files:
        body = multipart(pairs, [(name, FILE) for name in form.files])
        return asker.keep("POST", form.action, body, MULTIPART)
    return asker.keep("POST", form.action, urlencoded(pairs), URLENCODED)
