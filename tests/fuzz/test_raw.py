"""The real web server, spoken to by programs that don't speak HTTP well, or not at all."""

from __future__ import annotations

import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psycopg
import pytest

from infra.bench.installation import memory_of
from tests.conftest import database_url
from tests.fuzz.asking import FOREIGN_FACES
from tests.fuzz.bodies import BOUNDARY, MULTIPART, urlencoded
from tests.fuzz.forms import Page
from tests.servers.platform import ask, platform_environ, program
from tests.servers.running import wait_until
from tests.settings import APP_LOGIN, TEST_DATA

HOST = "gera.localhost"
PATIENCE = 60.0  # only a server that hangs takes so long
REST = 96 << 20
ROUNDS = 3
# what only says that the request is none, or wants something that we don't do, is no failure
REFUSALS = (501, 505)
BIG = 8 << 20


def head(line: str, *lines: str, host: str = HOST) -> bytes:
    """The head of a request; characters go out as Latin-1."""
    return "\r\n".join([line, f"Host: {host}", "Connection: close", *lines, "", ""]).encode("latin-1", "replace")


def post(path: str, body: bytes, *lines: str, kind: str = "application/x-www-form-urlencoded") -> bytes:
    """A whole POST."""
    return head(f"POST {path} HTTP/1.1", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *lines) + body


GET = "GET / HTTP/1.1"


def requests() -> dict[str, bytes]:
    """All of them by what is wrong."""
    return _first_lines() | _headers() | _lengths() | _posts()


def _first_lines() -> dict[str, bytes]:
    return {
        "nothing": b"\r\n\r\n",
        "noise": bytes(range(256)) * 8,
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        "HTTP/2 by itself": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
        "HTTP/0.9": b"GET /\r\n",
        "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "two hosts": head(GET, "Host: wurzen.localhost"),
        "host of nonsense": head(GET, host="a/b@c:99999"),
        "host with NUL": head(GET, host="gera\x00.localhost"),
        "host with accents": head(GET, host="gera\xe4.localhost"),
        "long host": head(GET, host="a" * 5_000),
        "IPv6 as host": head(GET, host="[::1%lo]:1"),
        "unknown method": head("NOSUCH / HTTP/1.1"),
        "star": head("OPTIONS * HTTP/1.1"),
        "CONNECT": head("CONNECT gera.localhost:443 HTTP/1.1"),
        "TRACE": head("TRACE / HTTP/1.1"),
        "absolute": head("GET http://evil.example/ HTTP/1.1"),
        "long path": head(f"GET /{'a' * 60_000} HTTP/1.1"),
        "path of escapes": head(f"GET /{'%ff%00%2e%2e%2f' * 300} HTTP/1.1"),
        "path with NUL": head("GET /\x00 HTTP/1.1"),
        "path of dots": head("GET /static/..%2f..%2f..%2fetc/passwd HTTP/1.1"),
        "broken escapes": head("GET /suche/?q=%zz%&%=%ed%a0%80 HTTP/1.1"),
        "path of accents": head("GET /\xfc\xff HTTP/1.1"),
        "5,000 fields in a query": head(f"GET /?{'&'.join('a=1' for _ in range(5_000))} HTTP/1.1"),
    }


def _headers() -> dict[str, bytes]:
    return {
        "300 headers": head(GET, *(f"X-{number}: 1" for number in range(300))),
        "long header": head(GET, f"X-A: {'a' * 100_000}"),
        "odd cookies": head(GET, 'Cookie: a="b\\"c; portal_session=\x80\xff; csrftoken={}; ;;=; x[y]=1; foo'),
        "many cookies": head(GET, "Cookie: " + "; ".join(f"c{number}=1" for number in range(1_500))),
        "odd language": head(GET, "Accept-Language: " + ",".join(["x" * 40 + ";q=9e99"] * 400)),
        "odd range": head(GET, "Range: bytes=-1,9999999999999999999999-,a-b"),
        "odd dates": head(GET, "If-Modified-Since: Tue, 99 Foo 99999 99:99:99 GMT", 'If-None-Match: ",W/,"*'),
        "odd encodings": head(GET, "Accept-Encoding: gzip;q=nan, br;q=-1, *;q=1e309"),
        "forwarded": head(GET, "X-Forwarded-For: \x00,," + "1," * 900, "X_Forwarded_For: x", "X-Forwarded-Proto: x"),
        "odd authorization": head(GET, "Authorization: Basic \xff\xfe", "Authorization: x"),
        "folded": head(GET, "X-A: b\r\n c"),
    }


def _lengths() -> dict[str, bytes]:
    return {
        "two lengths": head("POST / HTTP/1.1", "Content-Length: 1", "Content-Length: 2") + b"ab",
        "length of nonsense": head("POST / HTTP/1.1", "Content-Length: +4e") + b"abcd",
        "huge length": head("POST /konto/anmelden/ HTTP/1.1", f"Content-Length: {10**30}"),
        "negative length": head("POST / HTTP/1.1", "Content-Length: -1"),
        "chunks of nonsense": head("POST /konto/anmelden/ HTTP/1.1", "Transfer-Encoding: chunked")
        + b"zz\r\nabc\r\n0\r\n\r\n",
        "huge chunk": head("POST / HTTP/1.1", "Transfer-Encoding: chunked") + b"ffffffffffffffff\r\nabc",
        "length and chunks": head("POST / HTTP/1.1", "Content-Length: 4", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    }


def _posts() -> dict[str, bytes]:
    return {
        "no token": post("/konto/anmelden/", b"login=a&password=b"),
        "foreign origin": post("/konto/anmelden/", b"login=a", "Origin: https://evil.example"),
        "form of escapes": post("/konto/anmelden/", urlencoded([("login", "ä" * 60_000)])),
        "big form": post("/konto/anmelden/", b"a=" + b"b" * BIG),
        "many fields": post("/mitmachen/ideen/neu/", b"&".join(b"f%d=1" % number for number in range(9_000))),
        "many parts": post("/pruefen/datei/", _parts(3_000), kind=MULTIPART),
        "big part without a file": post("/pruefen/datei/", _parts(1, size=BIG), kind=MULTIPART),
        "big file": post("/robots.txt", _file(BIG), kind=MULTIPART),
        "deep JSON": post("/api/v1/cases/status", b"[" * 200_000, kind="application/json"),
        "packed body": post("/konto/anmelden/", b"\x1f\x8b\x08" + bytes(90), "Content-Encoding: gzip"),
        "expects": post("/konto/anmelden/", b"a=b", "Expect: 999-nonsense"),
    }


def _parts(number: int, size: int = 1) -> bytes:
    one = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n'.encode() + b"x" * size + b"\r\n"
    return one * number + f"--{BOUNDARY}--\r\n".encode()


def _file(size: int) -> bytes:
    one = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"; filename="a.pdf"\r\n\r\n'.encode()
    return one + b"%PDF-" + bytes(size) + f"\r\n--{BOUNDARY}--\r\n".encode()


def said(port: int, request: bytes) -> bytes:
    """What comes back until the server hangs up, or nobody expects more; b"" when it only hangs up."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line, suppress(ConnectionError):
        with suppress(OSError):  # the answer may come before all was sent
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
        while part := line.recv(1 << 16):
            answer += part
    return answer


def lives(port: int) -> bool:
    """Whether the server says so."""
    return ask(port, "/healthz", host=HOST)[0] == 200


def faults_of(name: str, answer: bytes) -> list[str]:
    """What is wrong with an answer."""
    first, _gap, body = answer.partition(b"\r\n\r\n")
    status = int(first[9:12]) if first.startswith(b"HTTP/1") and first[9:12].isdigit() else 0
    text = body.decode(errors="replace")
    if status >= 500 and status not in REFUSALS:
        return [f"{name}: {status}"]
    if face := next((face for face in FOREIGN_FACES if face in text), None):
        return [f"{name}: {status} with the words of a framework: {face}"]
    if status >= 400 and b"content-type: text/html" in first.lower() and not Page("/", text).language and text:
        return [f"{name}: {status} without words of ours: {text[:60]!r}"]
    return []


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory of the server's own."""
    folder = TEST_DATA / f"raw-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def memory_of_servers() -> int:
    """Bytes that all processes hold which this one has started."""
    return memory_of(os.getpid()) - own_memory()


def own_memory() -> int:
    """Bytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_no_odd_request_breaks_the_server_or_stays_in_its_memory(
    postgres_url: str, fresh_database: str, data: Path, django_db_setup: None
) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(fresh_database)["dbname"])
    environ = platform_environ(data=data, database_url=database_url(postgres_url, name, APP_LOGIN), TMPDIR=str(data))
    faults, sizes = set[str](), []
    with program("web", "serve", "--workers", "1", environ=environ, host=HOST) as port:
        for _round in range(ROUNDS):
            for what, request in requests().items():
                faults.update(faults_of(what, said(port, request)))
                wait_until(partial(lives, port), what=f"the server lives after {what}")
            sizes.append(memory_of_servers())
        left = [path.name for path in data.glob("*.upload*")]
    assert sorted(faults) == []
    assert left == []
    assert sizes[-1] - sizes[0] < REST, f"{[size >> 20 for size in sizes]} MB"
