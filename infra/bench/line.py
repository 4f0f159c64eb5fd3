"""The main line as a citizen's browser walks it: from pressing "send" to holding the sealed permit."""

from __future__ import annotations

import html
import http.cookiejar
import re
import threading
import time
import urllib.parse
import urllib.request

from infra.bench.report import median, milliseconds, percentile, print_table

RUNS = 20
START = "/antrag/bewohnerparkausweis/"
ANSWERS = {
    "street": "Kornmarkt",
    "number": "12",
    "postcode": "07545",
    "city": "Gera",
    "own_vehicle": "yes",
    "given_name": "Marta",
    "birth_date": "27.3.1984",
}
_FIELD = re.compile(r"<(?:input|select|textarea)\b[^<>]*>")
_NAME = re.compile(r'\bname="([^"]+)"')
_VALUE = re.compile(r'\bvalue="([^"]*)"')
_LINK = re.compile(r'href="([^"]+)"')


class Citizen:
    """A browser without a picture: cookies, forms, redirects."""

    def __init__(self, port: int, host: str) -> None:
        self.base, self.host = f"http://127.0.0.1:{port}", f"{host}:{port}"
        policy = http.cookiejar.DefaultCookiePolicy()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(policy)), Relocated(self.base)
        )

    def visit(self, path: str, answers: dict[str, str] | None = None) -> tuple[str, str]:
        """GET, or POST when there are answers; returns where we ended and what stands there."""
        body = urllib.parse.urlencode(answers).encode() if answers is not None else None
        headers = {"Host": self.host, "Origin": f"http://{self.host}"}
        request = urllib.request.Request(self.base + path, body, headers)  # noqa: S310
        with self.opener.open(request, timeout=30) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode(errors="replace")


class Relocated(urllib.request.HTTPRedirectHandler):
    """Keeps following redirects on the loopback address with the portal's Host header."""

    def __init__(self, base: str) -> None:
        self.base = base

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        """Stay on the loopback address, whatever host the redirect names."""
        parts = urllib.parse.urlsplit(newurl)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return urllib.request.Request(self.base + path, headers={"Host": req.get_header("Host")})  # noqa: S310


def filled(page: str, family_name: str, plate: str) -> dict[str, str]:
    """The form of a page with our answers in its fields, hidden ones as they came."""
    # an address of their own: one that got its mails of the day gets no permit without a person
    own = ANSWERS | {"family_name": family_name, "plate": plate, "email": f"{family_name.lower()}@example.org"}
    form = page[page.rindex("<form", 0, page.rindex('name="csrfmiddlewaretoken"')) :]
    answers: dict[str, str] = {}
    for match in _FIELD.finditer(form):
        named, value = _NAME.search(match.group(0)), _VALUE.search(match.group(0))
        if named is None:
            continue
        name = named.group(1)
        key = next((k for k in own if name == k or name.endswith((f"_{k}", f"-{k}"))), None)
        if key is not None:
            answers[name] = own[key]
        elif 'type="hidden"' in match.group(0):
            answers[name] = html.unescape(value.group(1)) if value else ""
        elif 'type="checkbox"' in match.group(0):
            answers[name] = html.unescape(value.group(1)) if value else "on"
    return answers


def apply_once(port: int, host: str, number: int) -> tuple[float, float, int]:
    """One application: seconds from sending to the answer, to the document's link, and the document's bytes."""
    citizen = Citizen(port, host)
    name = "Messung" + "".join(chr(ord("a") + int(digit)) for digit in str(number))
    path, page = citizen.visit(START)
    for _step in range(20):
        answers = filled(page, name, f"G-ZZ {100 + number}")
        if path.endswith("/pruefen/"):
            break
        path, page = citizen.visit(path, answers)
    pause = threading.Event()
    began = time.perf_counter()
    path, page = citizen.visit(path, answers)
    answered = time.perf_counter() - began
    while not (links := [link for link in _LINK.findall(page) if "/dokument/" in link]):
        if time.perf_counter() - began > 60:
            raise SystemExit(f"No document after 60 s; the last page was {path}.")
        pause.wait(0.02)
        _path, page = citizen.visit(path)
    seconds = time.perf_counter() - began
    with citizen.opener.open(urllib.request.Request(citizen.base + links[0], headers={"Host": citizen.host})) as pdf:  # noqa: S310
        data = pdf.read()
    if not data.startswith(b"%PDF-"):
        raise SystemExit("What was downloaded is not a PDF.")
    return answered, seconds, len(data)


def measure_line(port: int, host: str) -> None:
    """p50 and p95 of RUNS applications, one after another, with the real worker."""
    runs = [apply_once(port, host, number) for number in range(RUNS)]
    rows = []
    for title, column in (("send → answer", 0), ("send → sealed document", 1)):
        times = [run[column] for run in runs]
        rows.append([title, *(milliseconds(x) for x in (median(times), percentile(times, 0.95), max(times)))])
    size = f"{median([run[2] for run in runs]) / 1000:.0f} kB"
    print_table(f"The parking permit, {RUNS} applications (PDF {size})", ["", "p50", "p95", "longest"], rows)
