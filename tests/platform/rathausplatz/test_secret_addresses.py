"""No token of an address is written down: not in a line of the log, not in what Sentry is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
import sentry_sdk
import structlog
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rathausplatz.observability import start_sentry, tag_commune

from tenants.accounts.secret_addresses import URL_CONFS, has_secret, masked, masked_path
from tenants.communes.actions import suspend_commune
from tenants.communes.queries import find_commune
from tenants.communes.tasks import commune_task
from tests.platform.rathausplatz.test_observability import Said, said  # noqa: F401 -- a fixture
from tests.servers.sentry import SentryServer
from tests.test_access import concrete
from tests.test_urls import addresses

# short, and like a word: only the route says that it is one
SECRET = "gEhEim"
UUID = "5f0c0e3e-7a1b-4c2d-9e8f-abcdefabcdef"
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>[^()]*\)")
# parameters that open nothing: what a new one is called must be thought about
PLAIN = re.compile(
    r"^(number|slug|step|step_key|mark|kind|idea_id|pk|object_id|app_label|app_name|model_name|action|action_name"
    r"|filter_spec|revision_id_[ab])$"
)


@pytest.fixture(autouse=True)
def url_confs() -> None:
    """A web process has its addresses; this one may not have them yet."""
    for name in URL_CONFS:
        import_module(name)


def filled(route: str) -> str:
    """An address of a route with a secret wherever one may stand."""

    def value(found: re.Match[str]) -> str:
        name = found["name"] or found["group"]
        if found["kind"] in ("int", "slug") or PLAIN.match(name):
            return found[0]
        return UUID if found["kind"] == "uuid" else SECRET

    return concrete(PARAMETER.sub(value, route))


def secret_paths(kind: str) -> list[str]:
    paths = {filled(route) for route, _view in addresses(kind)}
    return sorted(path for path in paths if SECRET in path or UUID in path)


def is_clean(text: str) -> bool:
    return SECRET not in text and UUID not in text


def test_there_are_secrets_to_hide() -> None:
    paths = secret_paths("portal")
    assert len(paths) >= 10
    for part in (
        "/zugang/",
        "/key/",
        "/bestaetigen/",
        "/pruefen/",
        "/confirm-email/",
        "/dokument/",
        "/api/v1/documents/",
    ):
        assert any(part in path for path in paths), part
    assert len(secret_paths("console")) >= 6


@pytest.mark.parametrize("kind", ["portal", "console", "operator"])
def test_every_parameter_of_every_route_is_hidden_unless_it_is_known_to_be_plain(kind: str) -> None:
    for path in secret_paths(kind):
        for variant in (
            path,
            f"/en{path}",
            path.rstrip("/"),
            f"{path}mehr",
            f"{path}?code={SECRET}",
            f"{path}#{SECRET}",
        ):
            assert is_clean(masked_path(variant)), variant
            assert is_clean(masked(f"Not Found: https://gera.example:8443{variant} (404)")), variant


@pytest.mark.parametrize(
    "route", ["neu/<str:token>/", "neu/<ticket>/x/", "neu/<path:anything>", r"^neu/(?P<seal>.+)/$"]
)
def test_a_parameter_nobody_has_thought_of_is_a_secret(route: str) -> None:
    assert has_secret(route)


@pytest.mark.parametrize(
    "route", ["neu/<int:token>/", "neu/<slug:slug>/", "neu/", r"^neu/(\d+)/$", "vorgang/<str:number>/"]
)
def test_what_is_known_to_open_nothing_is_shown(route: str) -> None:
    assert not has_secret(route)


@pytest.mark.parametrize(
    "path", ["/", "/konto/anmelden/", "/vorgang/WU-9J9L-NMFK/", "/pruefen/datei/", "/leistungen/bewohnerparkausweis/"]
)
def test_an_address_that_opens_nothing_is_written_as_it_is(path: str) -> None:
    assert masked_path(path) == path
    assert masked(f"Not Found: {path}") == f"Not Found: {path}"


def test_what_fits_no_route_is_judged_by_its_looks() -> None:
    token = "eyJhIjoxfQ:1tFxyz:abcDEF123"
    for path in (f"/vorgnag/WU-1/zugang/{SECRET}/", f"/alt/{token}/", f"/%76organg/WU-1/zug%61ng/{SECRET}/"):
        assert is_clean(masked_path(path))
        assert token not in masked_path(path)


def test_nobodys_address_is_written_down() -> None:
    person = "@".join(["marta.muster+x", "post.gera.example"])
    assert masked(f"to <{person}>, {person}") == "to <…>, …"
    assert masked(f"smtp://{person.replace('@', ':pw@')}") != f"smtp://{person.replace('@', ':pw@')}"


@given(st.text(max_size=400))
def test_any_text_can_be_masked(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def said_of(client: Client, path: str) -> None:
    """Ask in every way that is answered by an error of some kind."""
    for method in ("get", "post", "put", "delete"):
        getattr(client, method)(path)
    client.get(f"{path.rstrip('/')}/mehr")
    client.get("/gibt/es/nicht/", headers={"referer": f"https://{client.headers_host}{path}"})  # type: ignore[attr-defined]


@pytest.fixture
def asking(gera: Any) -> Client:
    client = Client(headers={"host": gera.primary_host}, enforce_csrf_checks=True)
    client.headers_host = gera.primary_host  # type: ignore[attr-defined]
    client.raise_request_exception = False
    return client


def test_no_line_of_the_log_has_the_secret_of_a_refused_request(asking: Client, said: Said) -> None:  # noqa: F811
    for path in secret_paths("portal"):
        before = len(said.lines)
        said_of(asking, path)
        new = said.lines[before:]
        assert {line["event"].split(":")[0].split(" (")[0] for line in new} & {"Forbidden", "Method Not Allowed"}, path
        assert is_clean(json.dumps(new, ensure_ascii=False)), path


def test_no_line_of_the_log_has_the_secret_of_a_link_to_a_closed_portal(asking: Client, said: Said) -> None:  # noqa: F811
    suspend_commune(commune=find_commune("gera"), actor=None, reason="-")
    closed = [path for path in secret_paths("portal") if asking.get(path).status_code == 503]
    assert any("/zugang/" in path for path in closed)
    lines = [line for line in said.lines if line["event"].startswith("Service Unavailable")]
    assert len(lines) == len(closed) > 6
    assert is_clean(json.dumps(lines, ensure_ascii=False))


def test_no_field_of_a_line_has_a_secret(said: Said) -> None:  # noqa: F811
    path = f"/vorgang/WU-1/zugang/{SECRET}/"
    structlog.get_logger("tests").warning("case.link", address=path, tried=[{"at": path}], reason=f"no {path}")
    (line,) = said.lines
    assert line["address"] == "/vorgang/WU-1/zugang/…/"
    assert is_clean(json.dumps(line))


def greet(*, address: str, count: int) -> None:
    raise LookupError(f"nobody has /konto/confirm-email/{SECRET}/ in any of {count}")


failing_greeting = commune_task(max_retries=0)(greet)


class Failing:
    """Breaks every view, with its address in the error."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        raise LookupError(f"broken: {request.build_absolute_uri()}")


def test_sentry_learns_no_secret_of_any_address(asking: Client, gera: Any, settings: Any) -> None:
    broken = Client(headers={"host": gera.primary_host})
    broken.raise_request_exception = False
    inside = settings.MIDDLEWARE.index("tenants.accounts.middleware.AccessMiddleware")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:inside], f"{__name__}.Failing"]
    person = "@".join(["marta", "gera.example"])
    paths = secret_paths("portal")
    with SentryServer() as sentry:
        start_sentry(dsn=sentry.dsn, release="test")
        try:
            for path in paths:
                said_of(asking, path)  # as breadcrumbs
            for path in paths:
                answer = broken.get(f"{path}?token={SECRET}", headers={"referer": f"http://gera.localhost{path}"})
                assert answer.status_code == 500
            failing_greeting.apply(kwargs={"schema": gera.schema, "address": person, "count": 7})
            sentry_sdk.flush(timeout=20)
            assert sentry.arrived.wait(10)
        finally:
            sentry_sdk.init()
    assert len(sentry.events) > len(paths)
    assert any(event.get("breadcrumbs", {}).get("values") for event in sentry.events)
    told = [json.dumps(without_code(event), ensure_ascii=False) for event in sentry.events]
    assert [text for text in told if not is_clean(text)] == []
    assert [text for text in told if person in text] == []
    (job,) = [event["extra"]["celery-job"] for event in sentry.events if "celery-job" in event.get("extra", {})]
    assert (job["args"], job["kwargs"]) == ("…", "…")


def without_code(event: dict[str, Any]) -> dict[str, Any]:
    """An event but for the lines of this file, which it shows too."""
    for entry in event.get("exception", {}).get("values", []):
        entry.pop("stacktrace", None)
    return event


def test_of_a_request_sentry_is_told_where_and_nothing_else() -> None:
    address = f"https://gera.example/vorgang/GE-1/zugang/{SECRET}/?x={SECRET}"
    event: dict[str, Any] = {
        "request": {
            "url": address,
            "method": "GET",
            "headers": {"Referer": address},
            "query_string": f"x={SECRET}",
            "cookies": {"portal_session": SECRET},
            "env": {"REMOTE_ADDR": "192.0.2.1"},
            "data": {"code": SECRET},
        },
        "transaction": f"/vorgang/GE-1/zugang/{SECRET}/",
        "culprit": f"GET {address}",
        "breadcrumbs": {"values": [{"data": {"url": address}, "message": f"Not Found: /pruefen/{SECRET}/"}]},
        "spans": [{"description": f"GET {address}", "data": {"http.url": address}}],
        "tags": {"url": address},
        "contexts": {"trace": {"data": {"url": address}}},
    }
    sent = tag_commune(event, {})
    assert is_clean(json.dumps(sent, ensure_ascii=False))
    assert sent["request"] == {"method": "GET", "url": "https://gera.example/vorgang/GE-1/zugang/…/?…"}
