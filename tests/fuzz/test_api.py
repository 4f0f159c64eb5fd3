"""Every operation of the API that its specification names, asked as nobody should."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fuzz.asking import Asker, percent_encoded
from tests.fuzz.bodies import MULTIPART, URLENCODED, misshapen, multipart
from tests.fuzz.files import Upload, hostile_files
from tests.fuzz.nasties import LONG, NASTY, ODD, portion
from tests.fuzz.people import furnish, quiet, somebody

pytestmark = [pytest.mark.filterwarnings("ignore")]
JSON = "application/json"
ROLES = ("visitor", "citizen", "clerk")
DEEP = 100_000
# whole bodies that no specification allows
BODIES = {
    "nothing": b"",
    "no JSON": b"nul",
    "only a number": b"1e999",
    "NaN": b"NaN",
    "a list": b"[]",
    "a word": b'"x"',
    "null": b"null",
    "deep list": b"[" * DEEP,
    "deep object": b'{"a":' * DEEP,
    "deep and closed": b"[" * 3_000 + b"]" * 3_000,
    "30 digits": b'{"number": ' + b"9" * 30 + b"}",
    "6,000 digits": b'{"number": ' + b"9" * 6_000 + b"}",
    "broken letters": b'{"number": "\xff\xfe"}',
    "UTF-16": '{"number": "x"}'.encode("utf-16"),
    "with a mark in front": b"\xef\xbb\xbf{}",
    "20,000 names": b"{" + b",".join(b'"n%d":1' % number for number in range(20_000)) + b"}",
    "the same name often": b"{" + b",".join([b'"number":"x"'] * 5_000) + b"}",
}
VALUES: list[Any] = [None, True, -1, 0, 2**63, 10**40, 1e308, "", [], {}, [[]], {"": ""}, ["x"] * 1_000]


@pytest.fixture(params=ROLES)
def asker(request: Any, gera: Any) -> Iterator[Asker]:
    """Somebody who may ask, or nobody in particular."""
    furnish(gera)
    with somebody(request.param, gera) as one, quiet():
        yield one


def resolved(specification: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, or the one that it names."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return dict(specification["components"]["schemas"][name]) if name else schema


def operations(asker: Asker) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Method, path, operation and properties of its body by content type."""
    specification = json.loads(asker.get("/api/openapi.json").content)
    for path, methods in specification["paths"].items():
        for method, operation in methods.items():
            contents = operation.get("requestBody", {}).get("content", {})
            bodies = {
                kind: resolved(specification, content["schema"]).get("properties", {})
                for kind, content in contents.items()
            }
            yield method.upper(), path, operation, bodies


def address(path: str, operation: dict[str, Any], changes: dict[str, str]) -> str:
    """An address with a value for each parameter, harmless unless changed."""
    query = []
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        value = percent_encoded(changes.get(name, "1"))[:7_000]
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", value)
        elif name in changes:
            query.append(f"{name}={value}")
    return f"{path}?{'&'.join(query)}" if query else path


def try_parameters(asker: Asker, method: str, path: str, operation: dict[str, Any]) -> None:
    """A nasty value in each parameter."""
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        for nasty, value in portion(NASTY, zlib.crc32(f"{path} {name}".encode()), 12):
            asker.ask(method, address(path, operation, {name: value}), kind=JSON, what=f"{name}={nasty}")


def try_body(asker: Asker, method: str, path: str, kind: str, properties: dict[str, Any]) -> None:
    """Bodies of every shape, and a nasty value in each property."""
    begin = zlib.crc32(f"{method} {path}".encode())
    for name, body in BODIES.items():
        asker.ask(method, path, body, JSON, what=name)
    for name, (odd, body) in portion(misshapen([("number", "x")]), begin, 6):  # type: ignore[arg-type]
        asker.ask(method, path, body, odd, what=name)
    if kind == JSON:
        for place, entry in enumerate(properties):
            nasties = [*portion(ODD, begin + place, 10), *((type(value).__name__, value) for value in VALUES)]
            for nasty, value in nasties:
                body = json.dumps(dict.fromkeys(properties, "x") | {entry: value}).encode()
                asker.ask(method, path, body, JSON, what=f"{entry}={nasty}")
    elif kind.startswith("multipart"):
        for field in properties:
            for name, upload in hostile_files().items():
                assert isinstance(upload, Upload)
                asker.ask(method, path, multipart([], [(field, upload)]), MULTIPART, what=f"{field}={name}")


def test_no_operation_breaks_or_costs(asker: Asker) -> None:
    known = list(operations(asker))
    assert len(known) > 3
    for method, path, operation, bodies in known:
        try_parameters(asker, method, path, operation)
        plain = address(path, operation, {})
        for kind, properties in bodies.items():
            # what a file costs does not depend on who sends it
            if LONG or asker.role == "visitor" or not kind.startswith("multipart"):
                try_body(asker, method, plain, kind, properties)
        for other in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NOSUCH"):
            asker.ask(other, plain, b"x=1", URLENCODED, what="another method")
    if asker.faults:
        pytest.fail(asker.told(), pytrace=False)
