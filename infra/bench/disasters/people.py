"""People who apply and write ideas, and try again as people do; everything they see is kept."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from infra.bench.browsing import Answer, Browser
from tests.fuzz.forms import Form, Page

PERMIT, IDEA = "/antrag/bewohnerparkausweis/", "/mitmachen/ideen/neu/"
HOST = "gera.localhost"
PATIENCE, AGAIN_AFTER = 20.0, 1.0
GIVE_UP = 600.0
FEWEST_WORDS = 4


@dataclass
class Seen:
    """What all people were shown: answers by status, and what should not have been shown."""

    statuses: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: Answer) -> None:
        """Look at one answer."""
        status = "none" if answer.status == 0 else str(answer.status)
        fault = ""
        if answer.status >= 500 and not (answer.status == 503 and "retry-after" in answer.headers):
            fault = f"{answer.status} without Retry-After"
        elif answer.status >= 400 and answer.headers.get("content-type", "").startswith("text/html"):
            page = Page(answer.path, answer.text)
            fault = "" if page.language and len(page.words) >= FEWEST_WORDS else f"{answer.status} without words"
        with self.lock:
            self.statuses[status] += 1
            if fault:
                self.faults[fault] += 1


@dataclass
class Errand:
    """What one person wanted, and what they were told: the case's number, or "written" for an idea."""

    email: str
    told: str = ""
    tries: int = 0


class Person:
    """One visitor with an address of their own."""

    def __init__(self, port: int, seen: Seen) -> None:
        self._port, self._seen = port, seen
        self._address = {"X-Forwarded-For": f"2001:db8:{random.getrandbits(16):x}:{random.getrandbits(16):x}::1"}
        self._end = time.monotonic() + GIVE_UP
        self.browser = self._new()

    def _new(self) -> Browser:
        return Browser(self._port, HOST, timeout=PATIENCE)

    def ask(self, act: Callable[[Browser], Answer]) -> Answer:
        """Ask until an answer comes that is no failure of the other side, or patience ends."""
        pause = threading.Event()
        while True:
            self.browser.headers = self._address
            answer = act(self.browser)
            self._seen.note(answer)
            if 0 < answer.status < 500 or time.monotonic() > self._end:
                return answer
            pause.wait(AGAIN_AFTER)

    def form_at(self, path: str) -> tuple[Form | None, Answer]:
        """A page and its last form."""
        answer = self.ask(lambda browser: browser.visit(path))
        forms = [form for form in Page(answer.path, answer.text).forms if form.method == "post"]
        return (forms[-1] if forms else None), answer

    def apply(self, errand: Errand, family_name: str, plate: str) -> None:
        """Fill in the permit and send it; begin anew where the way was lost."""
        own = {"family_name": family_name, "plate": plate, "email": errand.email}
        pause = threading.Event()
        while not errand.told and time.monotonic() < self._end:
            errand.tries += 1
            errand.told = self._once(own)
            if not errand.told:
                pause.wait(AGAIN_AFTER)
                self.browser.close()

    def _once(self, own: dict[str, str]) -> str:
        path = PERMIT
        for _step in range(20):
            form, answer = self.form_at(path)
            if form is None:
                return _number_in(answer.path)
            changes = {entry.name: own[end] for entry in form.free for end in own if entry.name.endswith(end)}
            answers = form.answers(**changes)
            sent = self.ask(lambda browser, form=form, answers=answers: browser.submit(form, answers))  # type: ignore[misc]
            path = sent.headers.get("location", "") if sent.status in (302, 303) else path
            if number := _number_in(path):
                return number
            if sent.status in (400, 403, 404, 410):
                return ""
        return ""

    def write(self, errand: Errand, text: str) -> None:
        """Write an idea until it says to look into one's mail."""
        pause = threading.Event()
        while not errand.told and time.monotonic() < self._end:
            errand.tries += 1
            form, _answer = self.form_at(IDEA)
            if form is not None:
                answers = form.answers(text=text, email=errand.email, website="", district="", author_name="")
                sent = self.ask(lambda browser, form=form, answers=answers: browser.submit(form, answers))  # type: ignore[misc]
                errand.told = "written" if sent.status in (302, 303) else ""
            if not errand.told:
                pause.wait(AGAIN_AFTER)


def _number_in(path: str) -> str:
    parts = path.partition("?")[0].strip("/").split("/")
    return parts[1] if len(parts) == 2 and parts[0] == "vorgang" else ""


def letters(number: int) -> str:
    """A number as letters, for names."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}")


class Crowd:
    """Everybody's errands, worked off by a few at a time."""

    def __init__(self, port: int, *, applications: int, ideas: int) -> None:
        self.seen, self._port = Seen(), port
        self.applications = [Errand(f"antrag.{number}@citizen.example") for number in range(applications)]
        self.ideas = [Errand(f"idee.{number}@citizen.example") for number in range(ideas)]
        self._applying: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._writing: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in range(applications):
            self._applying.put(number)
        for number in range(ideas):
            self._writing.put(number)
        self._threads = [threading.Thread(target=self._apply) for _one in range(8)]
        self._threads += [threading.Thread(target=self._write) for _one in range(2)]

    def begin(self) -> None:
        """Everybody starts."""
        for thread in self._threads:
            thread.start()

    def is_done(self) -> bool:
        """Whether nobody is on the way any more."""
        return not any(thread.is_alive() for thread in self._threads)

    def wait(self) -> None:
        """Until everybody is through."""
        for thread in self._threads:
            thread.join()

    def _apply(self) -> None:
        while (number := _next(self._applying)) is not None:
            plate = f"G-{chr(65 + number % 26)}{chr(65 + number // 26 % 26)} {100 + number}"
            person = Person(self._port, self.seen)
            person.apply(self.applications[number], f"Sturm{letters(number)}", plate)
            person.browser.close()

    def _write(self) -> None:
        while (number := _next(self._writing)) is not None:
            person = Person(self._port, self.seen)
            person.write(self.ideas[number], f"Ein Vorschlag für Bänke und Bäume, {letters(number)}.")
            person.browser.close()


def _next(waiting: queue.SimpleQueue[int]) -> int | None:
    try:
        return waiting.get_nowait()
    except queue.Empty:
        return None
