"""Every field of a form and every parameter of the API has a maximum, declared where it stands."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms

from infra.checking.files import WINGS, files_in, read
from tenants.communes import fields

OUR_TEXT = (fields.LineField, fields.NumberField, fields.MeasureField)
# what is compared with a few known values, ticked, or measured in bytes when it is read
BOUNDED = (forms.ChoiceField, forms.BooleanField, forms.FileField)
UNBOUNDED = {
    *("CharField", "EmailField", "RegexField", "SlugField", "URLField", "IntegerField", "FloatField", "DecimalField"),
    *("JSONField", "DateField", "TimeField", "DateTimeField", "UUIDField", "DurationField"),
}
# each entry says why it may
MAY_USE_DJANGOS = {
    "tenants/communes/fields.py": "ours are made of them",
    "services/forms/rendering.py": "only draws the inputs: the kinds read them, each with a maximum",
}


def our_modules() -> Iterator[str]:
    for name in ("tenants", "themes", "cms", "services", "console", "rathausplatz"):
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if found.name.rpartition(".")[2] == "forms" or "form" in found.name:
                yield found.name


def our_forms() -> list[type[forms.Form]]:
    for name in our_modules():
        importlib.import_module(name)
    waiting: list[Any] = [forms.Form]
    found = set()
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith(("tenants.", "themes.", "cms.", "services.", "console.")):
                found.add(kind)
    return sorted(found, key=lambda kind: f"{kind.__module__}.{kind.__name__}")


def test_every_field_of_every_form_has_a_maximum() -> None:
    ours = our_forms()
    assert len(ours) >= 20
    unbounded = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form in ours
        for name, field in form.base_fields.items()
        if not isinstance(field, (*OUR_TEXT, *BOUNDED)) and not getattr(field, "max_length", None)
    ]
    assert unbounded == []


def test_nobody_makes_a_field_without_a_maximum() -> None:
    made = [
        f"{path}:{node.lineno} forms.{node.attr}"
        for path in files_in(WINGS, ".py")
        if str(path) not in MAY_USE_DJANGOS and "migrations" not in Path(path).parts
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Attribute)
        and node.attr in UNBOUNDED
        and isinstance(node.value, ast.Name)
        and node.value.id == "forms"
    ]
    assert made == []


def texts(schema: dict[str, Any], known: dict[str, Any], path: str) -> Iterator[str]:
    """The places in a schema where a text of any length would be taken."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for choice in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from texts(choice, known, path)
    for name, inner in schema.get("properties", {}).items():
        yield from texts(inner, known, f"{path}.{name}")
    if schema.get("type") == "array":
        if "maxItems" not in schema:
            yield f"{path}[]"
        yield from texts(schema["items"], known, f"{path}[]")
    is_bounded = {"enum", "const", "maxLength"} & schema.keys() or schema.get("format") in ("binary", "date", "uuid")
    if schema.get("type") == "string" and not is_bounded:
        yield path


def test_every_text_the_api_takes_has_a_maximum() -> None:
    from rathausplatz.urls.api import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    known = schema["components"]["schemas"]
    unbounded, seen = [], 0
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            given = [(each["name"], each["schema"]) for each in operation.get("parameters", ())]
            bodies = operation.get("requestBody", {}).get("content", {}).values()
            for name, inner in [*given, *(("body", body["schema"]) for body in bodies)]:
                seen += 1
                unbounded += list(texts(inner, known, f"{method} {address} {name}"))
    assert seen >= 10
    assert unbounded == []


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/search?q=" + "a" * 201,
        "/api/v1/services?q=" + "a" * 201,
        "/api/v1/ideas?district=" + "a" * 101,
        "/api/v1/documents/" + "a" * 65,
    ],
)
def test_the_api_names_the_maximum_it_refuses_for(portal: Any, address: str) -> None:
    answer = portal.get(address)
    assert answer.status_code == 422
    assert "at most" in answer.content.decode()
