"""One permit for one person, however the name is typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from services.cases.facts import other_valid_permits
from services.cases.models import Case, CaseState


@pytest.mark.parametrize("given", ["Ada", "ADA", "Ada\u200b", "\u202eAda", "Аda", "Á\u0300da", "Ａda"])
def test_a_second_application_is_noticed_however_the_name_is_typed(submit: Callable[..., Any], given: str) -> None:
    first = submit()
    until = timezone.localdate() + timedelta(days=99)
    Case.objects.filter(pk=first.pk).update(state=CaseState.GRANTED, valid_until=until, decided_at=timezone.now())
    assert other_valid_permits(submit(given_name=given)) == 1
    assert other_valid_permits(submit(given_name="Adele")) == 0
