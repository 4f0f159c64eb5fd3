"""A browser without a picture: plain HTTP or TLS to the loopback address, any host, with cookies and forms."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.parse
from contextlib import suppress
from typing import NamedTuple

from tests.fuzz.bodies import MULTIPART, URLENCODED, multipart, urlencoded
from tests.fuzz.files import Upload
from tests.fuzz.forms import Form, Page, local

NO_ANSWER = 0
FAILURES = (OSError, http.client.HTTPException)


class Answer(NamedTuple):
    """Status (0: none came), headers in lower case, text, and the path that was asked last."""

    status: int
    headers: dict[str, str]
    text: str
    path: str


class Browser:
    """One visitor of one host. Keeps its connection and its cookies; an answer that does not come has status 0."""

    def __init__(self, port: int, host: str, *, secure: bool = False, timeout: float = 30.0) -> None:
        self.port, self.host, self.secure, self.timeout = port, host, secure, timeout
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}  # sent with each request
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        """GET, redirects not followed."""
        return self.ask("GET", path)

    def visit(self, path: str) -> Answer:
        """GET, and where it leads."""
        answer = self.get(path)
        for _turn in range(5):
            if answer.status not in (301, 302, 303) or not self._next(answer):
                break
            answer = self.get(self._next(answer))
        return answer

    def submit(self, form: Form, answers: dict[str, str], uploads: list[tuple[str, Upload]] | None = None) -> Answer:
        """POST a form, redirects not followed."""
        token = form.inputs.get("csrfmiddlewaretoken")
        pairs = [*answers.items(), *([("csrfmiddlewaretoken", token.value)] if token else [])]
        target = local(form.action) or form.page
        if form.has_files:
            return self.ask("POST", target, multipart(pairs, uploads or []), MULTIPART)
        return self.ask("POST", target, urlencoded(pairs), URLENCODED)

    def form(self, path: str, *, naming: str = "") -> Form | None:
        """The last form of a page that is sent by POST and, if wanted, has such an input."""
        answer = self.visit(path)
        forms = [form for form in Page(answer.path, answer.text).forms if form.method == "post"]
        return next((form for form in reversed(forms) if not naming or naming in form.inputs), None)

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "", **headers: str) -> Answer:
        """One request. Tried a second time only where the other side had closed the connection we kept."""
        fresh = self._connection is None
        try:
            return self._ask(method, path, body, kind, headers)
        except FAILURES:
            self.close()
            if fresh:
                return Answer(NO_ANSWER, {}, "", path)
        try:
            return self._ask(method, path, body, kind, headers)
        except FAILURES:
            self.close()
            return Answer(NO_ANSWER, {}, "", path)

    def _ask(self, method: str, path: str, body: bytes | None, kind: str, more: dict[str, str]) -> Answer:
        if self._connection is None:
            self._connection = self._connected()
        scheme = "https" if self.secure else "http"
        address = f"{self.host}:{self.port}"
        headers = {"Host": address, "Origin": f"{scheme}://{address}", "Referer": f"{scheme}://{address}/"}
        headers |= self.headers | more
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if kind:
            headers["Content-Type"] = kind
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode(errors="replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value)
        found = {name.lower(): value for name, value in answer.getheaders()}
        if found.get("connection", "").lower() == "close":
            self.close()
        return Answer(answer.status, found, text, path)

    def _connected(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        connection.sock = socket.create_connection(("127.0.0.1", self.port), timeout=self.timeout)
        if self.secure:
            connection.sock = trusting().wrap_socket(connection.sock, server_hostname=self.host)
        return connection

    def _keep(self, line: str) -> None:
        name, _equals, rest = line.partition("=")
        value = rest.partition(";")[0]
        if value in ("", '""') or "max-age=0" in line.lower():
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def _next(self, answer: Answer) -> str:
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(answer.path, answer.headers.get("location", "")))
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def close(self) -> None:
        """Give the connection up."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
        self._connection = None


def trusting() -> ssl.SSLContext:
    """A context that asks nobody: the other end is our own process on the loopback address."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def status_of(port: int, path: str, host: str) -> int:
    """The status of one GET, 0 without an answer; as a proxy asks that has taken off the TLS."""
    browser = Browser(port, host, timeout=5)
    browser.headers = {"X-Forwarded-Proto": "https"}
    try:
        return browser.get(path).status
    finally:
        browser.close()


def signed_in(browser: Browser, address: str, password: str) -> Browser:
    """Sign in by password. Raises SystemExit when that does not lead anywhere."""
    form = browser.form("/konto/anmelden/", naming="login")
    if form is None:
        raise SystemExit(f"{browser.host} shows no form to sign in.")
    answer = browser.submit(form, form.answers(login=address, password=password))
    if answer.status != 302:
        raise SystemExit(f"{address} could not sign in at {browser.host}: {answer.status}.")
    return browser
