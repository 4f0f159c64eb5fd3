"""Mails that strangers cause to an address: few a day, and none that was never written is counted."""

from __future__ import annotations

from typing import Any

from tenants.mails.limits import MAILS_STARTED, is_written_to_too_often

SOMEBODY = "wer@citizen.example"


def tried_in_vain() -> None:
    """An application whose storing fails, as it does while the database is away."""
    try:
        with is_written_to_too_often(SOMEBODY, mails=2):
            raise ConnectionError
    except ConnectionError:
        pass


def test_who_tries_again_after_a_failure_keeps_all_mails(in_gera: Any) -> None:
    for _time in range(MAILS_STARTED.times):
        tried_in_vain()
    for _time in range(MAILS_STARTED.times // 2):
        with is_written_to_too_often(SOMEBODY, mails=2) as too_often:
            assert not too_often
    for _time in range(2):
        tried_in_vain()
        with is_written_to_too_often(SOMEBODY) as too_often:
            assert too_often
