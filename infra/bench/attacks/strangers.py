"""What strangers without an account send. Each function attacks one host until its time is over, and counts answers."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from infra.bench.browsing import FAILURES, Browser, trusting
from tests.fuzz.bodies import BOUNDARY, MULTIPART, multipart
from tests.fuzz.files import EMPTY_PDF, Upload, pdf_of_endless_table, pdf_of_many_kin
from tests.fuzz.forms import Form, Page

PERMIT = "/antrag/bewohnerparkausweis/"
MEGABYTES = 50
PATIENCE = 20.0


@dataclass
class Target:
    """Where an attack goes, and what came of it: answers by status, 0 for none."""

    port: int
    host: str
    until: float
    answers: Counter[int] = field(default_factory=Counter)

    def browser(self) -> Browser:
        """A visitor without cookies."""
        return Browser(self.port, self.host, secure=True, timeout=PATIENCE)

    def goes_on(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() < self.until

    def at_once(self, number: int, act: Callable[[], None]) -> None:
        """So many people who do the same again and again."""

        def again() -> None:
            while self.goes_on():
                act()

        people = [threading.Thread(target=again) for _person in range(number)]
        for person in people:
            person.start()
        for person in people:
            person.join()


def pdfs(target: Target) -> None:
    """H1: documents that take long to read, to the page and to the API."""
    files = [pdf_of_endless_table(1_000_000), pdf_of_many_kin(6)]

    def act() -> None:
        for content in files:
            body = multipart([], [("pdf", Upload("a.pdf", "application/pdf", content))])
            # an address of one's own for each try, if the server lets a visitor choose it
            address = {"X_Forwarded_For": f"198.51.100.{os.urandom(1)[0]}", "Zz": "1", "Zzz": "1"}
            target.answers[target.browser().ask("POST", "/api/v1/documents", body, MULTIPART, **address).status] += 1
            browser = target.browser()
            if form := browser.form("/pruefen/", naming="pdf"):
                upload = [("pdf", Upload("a.pdf", "application/pdf", content))]
                target.answers[browser.submit(form, form.answers(), upload).status] += 1

    target.at_once(4, act)


def plates(target: Target) -> None:
    """H2: a licence plate of 15,000 letters."""

    def act() -> None:
        browser = target.browser()
        form = step_named(browser, "plate")
        if form is None:
            target.answers[0] += 1
            return
        for _turn in range(5):
            if target.goes_on():
                target.answers[browser.submit(form, form.answers(plate="A" * 15_000 + "1")).status] += 1

    target.at_once(2, act)


def slow_bodies(target: Target, number: int) -> None:
    """H3: so many connections that send a byte of their body now and then."""
    head = (
        f"POST /konto/anmelden/ HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na="
    ).encode()
    lines: list[ssl.SSLSocket] = []
    pause = threading.Event()
    while target.goes_on():
        while len(lines) < number and target.goes_on():
            with suppress(OSError):
                plain = socket.create_connection(("127.0.0.1", target.port), timeout=5)
                lines.append(trusting().wrap_socket(plain, server_hostname=target.host))
                lines[-1].sendall(head)
        pause.wait(1)
        lines = [line for line in lines if _still_open(target, line)]
    for line in lines:
        line.close()
        target.answers[0] += 1


def _still_open(target: Target, line: ssl.SSLSocket) -> bool:
    try:
        line.settimeout(0.05)
        with suppress(TimeoutError):
            said = line.recv(1000)
            target.answers[int(said[9:12] or 0) if said.startswith(b"HTTP/") else 0] += 1
            line.close()
            return False
        line.sendall(b"b")
    except (OSError, ValueError):
        target.answers[0] += 1
        return False
    return True


def big_bodies(target: Target) -> None:
    """H4: 50 MB to addresses that want nothing, and to one that wants a file."""

    def act() -> None:
        for path in ("/robots.txt", "/pruefen/datei/", "/api/v1/documents"):
            target.answers[_big_body(target, path)] += 1

    target.at_once(3, act)


def _big_body(target: Target, path: str) -> int:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="pdf"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n%PDF-"
    ).encode()
    connection = http.client.HTTPSConnection("127.0.0.1", target.port, timeout=PATIENCE, context=trusting())
    try:
        plain = socket.create_connection(("127.0.0.1", target.port), timeout=PATIENCE)
        connection.sock = trusting().wrap_socket(plain, server_hostname=target.host)
        connection.putrequest("POST", path, skip_host=True)
        length = len(head) + (MEGABYTES << 20)
        for name, value in {
            "Host": f"{target.host}:{target.port}",
            "Content-Type": MULTIPART,
            "Content-Length": str(length),
        }.items():
            connection.putheader(name, value)
        connection.endheaders()
        with suppress(*FAILURES):  # the answer may come before all was sent
            connection.send(head)
            for _part in range(MEGABYTES):
                connection.send(bytes(1 << 20))
        return connection.getresponse().status
    except FAILURES:
        return 0
    finally:
        connection.close()


def floods(target: Target) -> None:
    """H7: applications to one recipient, drafts and uploads, as fast as eight people can."""

    def act() -> None:
        browser = target.browser()
        name = "Flut" + "".join(chr(97 + digit % 26) for digit in uuid.uuid4().bytes[:8])
        form = last_form(target, browser, family_name=name, email="victim@example.org")
        if form is not None:
            target.answers[browser.submit(form, form.answers()).status] += 1
        drafting = target.browser()
        form = step_named(drafting, "keeper_statement", own_vehicle="no")
        if form is not None:
            big = Upload("a.pdf", "application/pdf", EMPTY_PDF + os.urandom(4 << 20))
            target.answers[drafting.submit(form, form.answers(), [("keeper_statement", big)]).status] += 1

    target.at_once(8, act)


def step_named(browser: Browser, field: str, **own: str) -> Form | None:
    """Apply until the step that asks for `field`; None when it does not come."""
    return _walk(browser, lambda form: field in form.inputs, own)


def last_form(target: Target, browser: Browser, **own: str) -> Form | None:
    """Apply until the page that shows all answers; None when we are not let so far."""
    form = _walk(browser, lambda form: form.page.endswith("/pruefen/"), own)
    if form is None:
        target.answers[429] += 1
    return form


def _walk(browser: Browser, wanted: Callable[[Form], bool], own: dict[str, str]) -> Form | None:
    path = PERMIT
    for _step in range(15):
        answer = browser.visit(path)
        forms = [form for form in Page(answer.path, answer.text).forms if form.method == "post"]
        if not forms:
            return None
        form = forms[-1]
        if wanted(form):
            return form
        changes = {entry.name: own[end] for entry in form.free for end in own if entry.name.endswith(end)}
        sent = browser.submit(form, form.answers(**changes))
        if sent.status != 302:
            return None
        path = sent.headers["location"]
    return None
