"""Applications for tests, made the way people make them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

ADDRESS = {"street": "Kornmarkt", "number": "3", "postcode": "07545", "city": "Gera"}
ZONES = [{"key": "A", "name": "Innenstadt", "streets": [{"street": "Kornmarkt"}]}]
SLUG = "bewohnerparkausweis"


def carried_by(answer: Any) -> dict[str, str]:
    """What a page of an application carries to whoever gets its form: which draft it shows, and in which state."""
    return dict(re.findall(r'<input type="hidden" name="(_[a-z]+)" value="([0-9a-f]+)">', answer.content.decode()))


def offer_permit(fee_cents: int = 3070) -> Any:
    """The current commune offers the permit with one zone."""
    from services.catalogue.models import Offering

    settings = {"zones": ZONES, "plate_districts": ["G"]}
    offering = Offering.objects.get(slug=SLUG)
    Offering.objects.filter(pk=offering.pk).update(settings=settings, fee_cents=fee_cents, published=True)
    return Offering.objects.get(pk=offering.pk)


def answers_by_step(**changes: Any) -> dict[str, dict[str, Any]]:
    """Valid answers of every page; `changes` by field."""
    pages: dict[str, dict[str, Any]] = {
        "adresse": {"address": ADDRESS},
        "kennzeichen": {"plate": "G-AB 123"},
        "halter": {"own_vehicle": "yes"},
        "person": {"given_name": "Ada", "family_name": "Beyer", "birth_date": "1984-03-27"},
        "erreichbar": {"email": "ada@example.org"},
        "erklaerungen": {"truth": True, "privacy": True},
    }
    return {
        step: {key: changes.get(key, value) for key, value in fields.items()}
        | {key: value for key, value in changes.items() if key == "address_override" and step == "adresse"}
        for step, fields in pages.items()
    }


def filled_draft(**changes: Any) -> Any:
    """A complete draft of the permit."""
    from services.forms.actions import save_step, start_draft

    offering = offer_permit()
    draft = start_draft(
        offering_slug=SLUG, definition_key=offering.definition_key, definition_version=offering.definition_version
    )
    for step, answers in answers_by_step(**changes).items():
        draft = save_step(draft=draft, step_key=step, answers=answers)
    return draft


def submitted(draft: Any = None, user: Any = None, language: str = "de", **changes: Any) -> Any:
    """A case that has just been submitted; nothing has run yet."""
    from services.cases.actions import applicant_from, submit_case
    from services.forms.queries import form_of

    draft = draft or filled_draft(**changes)
    form = form_of(draft.definition_key, draft.definition_version)
    applicant = applicant_from(form, draft.answers)
    return submit_case(draft=draft, applicant=applicant, user=user, language=language)


def run_all(case: Any) -> None:
    """Run due steps until nothing is due, and send what they wrote, as workers would."""
    from services.cases.outbox import due_steps, run_step
    from tests.factories.mails import send_waiting_mails

    while names := list(due_steps().filter(case=case).values_list("name", flat=True)):
        for name in names:
            run_step(case_id=case.pk, name=name)
    send_waiting_mails()
    case.refresh_from_db()


OUTSIDE = {"address": ADDRESS | {"street": "Waldweg"}, "address_override": True}


@pytest.fixture
def submit(in_gera: Any) -> Callable[..., Any]:
    return submitted


@pytest.fixture
def clerk(in_gera: Any) -> Any:
    """A clerk of Gera."""
    from django.contrib.auth.models import Group

    from tenants.accounts.models import User, UserKind

    user = User.objects.create_user("clerk@gera.example", name="Kim Sach", kind=UserKind.STAFF)
    user.groups.add(Group.objects.get(name="clerk"))
    return user
