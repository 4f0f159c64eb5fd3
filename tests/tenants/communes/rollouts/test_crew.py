"""Whatever a commune's work ends with is told, and nobody waits for a thread that is gone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from tenants.communes.rollouts.crew import Crew, Outcome
from tenants.communes.scope import CommuneRef
from tests.servers.running import wait_until

LONG = 20.0  # seconds in which a crew would have been done a hundred times


def commune(slug: str, number: int = 1) -> CommuneRef:
    return CommuneRef(number, slug, slug, slug, slug, "municipality", "live", f"{slug}.localhost")


def ends(work: Callable[[], None]) -> bool:
    """Whether `work` comes to an end; it runs aside, so that the test does in any case."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(LONG)
    return not thread.is_alive()


def test_a_command_that_exits_is_its_commune_s_failure() -> None:
    outcomes: list[Outcome] = []

    def work_through() -> None:
        with Crew(1, lambda: lambda ref: sys.exit(3) if ref.slug == "aue" else None) as crew:
            outcomes.extend(crew.work_through([commune("aue"), commune("brehna")], stop_on_failure=False))

    assert ends(work_through)
    assert [(outcome.commune.slug, outcome.reason) for outcome in outcomes] == [
        ("aue", "SystemExit: 3"),
        ("brehna", ""),
    ]


def test_a_thread_that_can_t_be_made_ready_fails_its_communes() -> None:
    outcomes: list[Outcome] = []

    def not_ready() -> Callable[[CommuneRef], None]:
        raise RuntimeError("no workshop")

    def work_through() -> None:
        with Crew(1, not_ready) as crew:
            outcomes.extend(crew.work_through([commune("aue")], stop_on_failure=True))

    assert ends(work_through)
    assert [outcome.reason for outcome in outcomes] == ["RuntimeError: no workshop"]


def test_a_failure_after_an_interruption_lets_the_others_go_home() -> None:
    crews: list[Crew] = []

    def work(ref: CommuneRef) -> None:
        if ref.slug == "aue":
            # it waits for a lock; meanwhile the run is interrupted, and all are told to go home
            wait_until(lambda: crews and crews[0]._orders.qsize(), what="the run is interrupted", seconds=LONG)
            raise RuntimeError("lock timeout")

    def work_through() -> None:
        try:
            with Crew(3, lambda: work) as crew:
                crews.append(crew)
                for _outcome in crew.work_through([commune("aue"), commune("brehna")], stop_on_failure=True):
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            return

    assert ends(work_through)
