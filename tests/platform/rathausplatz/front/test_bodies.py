"""Who sends slowly, much, or without end holds up nobody else."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from rathausplatz.front.bodies import GRACE, MOST_BYTES, MOST_OF_ONE

from tests.platform.rathausplatz.front.conftest import HOST, OTHER
from tests.servers.http import Visitor, visit

pytestmark = pytest.mark.patient
SIGN_IN = "/konto/anmelden/"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def fresh(port: int, host: str = OTHER) -> tuple[int, float]:
    """Status and seconds of a page that no cache has."""
    began = time.monotonic()
    answer = visit(port, f"/kontakt/?z={time.monotonic_ns()}", host, seconds=20)
    return answer.status, time.monotonic() - began


def test_slow_bodies_hold_no_thread_and_are_refused_in_the_end(web: int) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(Visitor(web, seconds=60)) for _ in range(MOST_OF_ONE)]
        for visitor in slow:
            visitor.send("POST", SIGN_IN, HOST, FORM | {"Content-Length": "1000"}, b"a=1")
        assert fresh(web)[0] == 200
        assert visit(web, "/healthz", HOST).status == 200
        began = time.monotonic()
        # one byte now and then does not buy more time
        for visitor in slow:
            visitor.more(b"b")
        answers = [visitor.read() for visitor in slow]
    assert {answer.status for answer in answers} == {408}
    assert "zu langsam" in answers[0].text
    assert time.monotonic() - began < 3 * GRACE


def test_one_visitor_sends_only_so_many_at_once(web: int) -> None:
    with ExitStack() as stack:
        for _ in range(MOST_OF_ONE):
            slow = stack.enter_context(Visitor(web))
            slow.send("POST", SIGN_IN, HOST, FORM | {"Content-Length": "1000"}, b"a=1")
        assert visit(web, "/healthz", HOST).status == 200
        refused = visit(web, SIGN_IN, HOST, method="POST", body=b"a=1", **FORM)
        assert (refused.status, refused.headers["retry-after"]) == (429, "60")
        # another one is not held up
        with Visitor(web, source="127.0.0.2") as other:
            other.send("POST", SIGN_IN, HOST, FORM | {"Content-Length": "3"}, b"a=1")
            assert other.read().status == 403  # no CSRF token: it came to Django


@pytest.mark.parametrize("path", ["/robots.txt", SIGN_IN, "/api/v1/documents"])
def test_what_is_too_large_is_refused_before_it_is_read(web: int, path: str) -> None:
    with Visitor(web) as visitor:
        visitor.send("POST", path, HOST, {"Content-Length": str(MOST_BYTES + 1)})
        answer = visitor.read()
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert "höchstens 12 MB" in answer.text


def test_who_goes_on_sending_comes_to_read_why_it_was_refused(web: int) -> None:
    with Visitor(web) as visitor:
        visitor.send("POST", SIGN_IN, HOST, {"Content-Length": str(MOST_BYTES + 1)})
        for _ in range(3):
            visitor.more(bytes(1024 * 1024))
        assert visitor.read().status == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Content-Length": "9" * 400}, 0),
        ({"Content-Length": "-1"}, 400),
    ],
)
def test_a_body_of_unknown_length_is_refused(web: int, headers: dict[str, str], status: int) -> None:
    with Visitor(web) as visitor:
        visitor.send("POST", SIGN_IN, HOST, headers)
        answer = visitor.read()
    assert answer.status in {status, 400, 411, 413}
    assert answer.status < 500
    assert visit(web, "/healthz", HOST).status == 200


def test_what_is_small_and_whole_comes_to_the_view(web: int) -> None:
    whole = b"email=niemand%40example.org&password=falsch"
    assert visit(web, SIGN_IN, HOST, method="POST", body=whole, **FORM).status == 403


def test_a_visitor_who_hangs_up_is_forgotten(web: int) -> None:
    for _turn in range(2 * MOST_OF_ONE):
        with Visitor(web) as visitor:
            visitor.send("POST", SIGN_IN, HOST, FORM | {"Content-Length": "1000"}, b"a=1")
    with Visitor(web) as visitor:
        visitor.send("POST", SIGN_IN, HOST, FORM | {"Content-Length": "3"}, b"a=1")
        assert visitor.read().status in {403, 429}
    assert fresh(web)[0] == 200


def test_slow_readers_hold_no_thread(web: int) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            slow = stack.enter_context(Visitor(web, small_window=True))
            slow.send("GET", "/", HOST)
        assert fresh(web)[0] == 200


def test_connections_that_say_nothing_are_closed(web: int) -> None:
    with Visitor(web, seconds=60) as silent, Visitor(web, seconds=60) as begun:
        begun.socket.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert begun.read().status in {0, 408}
        assert silent.socket.recv(10) == b""
