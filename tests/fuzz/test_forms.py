"""Every form of every page, by whoever may see it, filled in as nobody should."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from tenants.communes.counters import forget_all_counts
from tests.fuzz.asking import Asker, memory_now, percent_encoded
from tests.fuzz.bodies import MULTIPART, URLENCODED, misshapen, multipart, urlencoded
from tests.fuzz.files import Upload, hostile_files
from tests.fuzz.forms import Form
from tests.fuzz.nasties import COSTLY, LONG, NASTY, ODD, lengths_around, portion
from tests.fuzz.people import ROLES, apply_as_far_as_possible, furnish, quiet, somebody
from tests.fuzz.walking import Walk, concerns, filled_in, patterns_with_values, walk

# as in production: what only warns there must not raise here
pytestmark = [pytest.mark.filterwarnings("ignore")]
USUAL = ("q", "page", "p", "seite", "next", "language")
WRITTEN = ("text", "textarea", "search", "email", "url", "tel", "password", "date")
# a Wagtail page holds a hundred inputs and takes a tenth of a second
LARGE = 25
REST = 24 << 20
# what a short run tries of each: the nasties go round, so that all of them are tried somewhere
TOGETHER, ALONE, SHAPES, FILES = 2, 1, 1, 4


@pytest.fixture(params=ROLES)
def asker(request: Any, gera: Any) -> Iterator[Asker]:
    """Somebody of each role, in a commune that has something of everything."""
    furnish(gera)
    with somebody(request.param, gera) as one, quiet():
        yield one


@pytest.fixture
def walked(asker: Asker) -> Walk:
    """Everything that this role finds."""
    if asker.role in ("visitor", "citizen"):
        apply_as_far_as_possible(asker, "bewohnerparkausweis")
    return walk(asker, ("/", "/antrag/bewohnerparkausweis/pruefen/"))


def forget_counts() -> None:
    """Limits are tried elsewhere; here they would only keep us out."""
    forget_all_counts()


def number_of(*words: str) -> int:
    """The same number for the same words in each run."""
    return zlib.crc32("\0".join(words).encode())


def try_form(asker: Asker, form: Form) -> None:
    """All that is tried with one form."""
    begin = number_of(form.action, *form.inputs)
    _together(asker, form, begin)
    _alone(asker, form, begin)
    if form.method == "post":
        for name, (kind, body) in portion(misshapen(form.answers().items()), begin, SHAPES):  # type: ignore[arg-type]
            asker.ask("POST", form.action, body, kind, what=name)
        for field in form.files:
            _files(asker, form, field, begin)


def submit(asker: Asker, form: Form, pairs: list[tuple[str, str]], what: str) -> None:
    """Send a form with some pairs of names and values."""
    if form.method == "get":
        query = "&".join(f"{percent_encoded(name)}={percent_encoded(value)[:30_000]}" for name, value in pairs)
        asker.get(f"{form.action.partition('?')[0]}?{query}", what)
    elif form.has_files:
        asker.ask("POST", form.action, multipart(pairs), MULTIPART, what=what)
    else:
        asker.ask("POST", form.action, urlencoded(pairs), URLENCODED, what=what)


def _together(asker: Asker, form: Form, begin: int) -> None:
    submit(asker, form, list(form.answers().items()), "as it should be")
    submit(asker, form, [(entry.name, "") for entry in form.free], "all empty")
    submit(asker, form, [], "nothing")
    twice = [(entry.name, value) for entry in form.free for value in (entry.fitting, "x")]
    submit(asker, form, twice, "all twice")
    for name, value in COSTLY.items() if LONG else portion(COSTLY, begin, 1):
        written = {entry.name: value for entry in form.free if entry.kind in WRITTEN}
        if written:
            submit(asker, form, list(form.answers(**written).items()), f"all={name}")
    nasties = list(NASTY.items())
    for turn in range(len(nasties) if LONG else TOGETHER):
        mixed = [
            (entry.name, nasties[(begin + turn * 7 + place) % len(nasties)]) for place, entry in enumerate(form.free)
        ]
        what = ", ".join(f"{name}={nasty[0]}" for name, nasty in mixed[:6])
        submit(asker, form, [(name, nasty[1]) for name, nasty in mixed], what)


def _alone(asker: Asker, form: Form, begin: int) -> None:
    typed = [entry for entry in form.free if entry.kind not in ("hidden", "submit", "button")]
    chosen = typed if LONG or len(typed) < LARGE else typed[begin % 5 :: 5]
    for place, entry in enumerate(chosen):
        nasties = portion(ODD, begin + place * 5, ALONE)
        if entry.kind in WRITTEN:
            nasties += portion(COSTLY, begin + place, 1) + portion(lengths_around(entry.maximum or 280), begin, 1)
        for name, value in nasties:
            submit(asker, form, list(form.answers(**{entry.name: value}).items()), f"{entry.name}={name}")


def _files(asker: Asker, form: Form, field: str, begin: int) -> None:
    for name, upload in portion(hostile_files(), begin, 100 if LONG else FILES):  # type: ignore[arg-type]
        assert isinstance(upload, Upload)
        body = multipart(form.answers().items(), [(field, upload)])
        asker.ask("POST", form.action, body, MULTIPART, what=f"{field}={name}")


def try_addresses(asker: Asker, found: Walk) -> None:
    """Values in addresses and in queries."""
    for route, view in patterns_with_values(asker.role):
        if not concerns(asker.role, route, view):
            continue
        begin = number_of(route)
        for name, value in portion(ODD, begin, 2):
            asker.get(filled_in(route, [percent_encoded(value)[:3_000]] * 9), name)
        asker.get(filled_in(route, ["9223372036854775808"] * 9), "beyond 64 bit")
    for path in found.pages.values():
        names = sorted(found.parameters.get(path, set()) | set(USUAL))
        for name in names if LONG else [names[(number_of(path) + turn) % len(names)] for turn in range(2)]:
            for nasty, value in portion(NASTY, number_of(path, name), 1):
                asker.get(f"{path}?{percent_encoded(name)}={percent_encoded(value)[:7_000]}", f"{name}={nasty}")


def test_no_form_and_no_address_breaks_costs_or_shows_a_foreign_face(asker: Asker, walked: Walk) -> None:
    assert len(walked.pages) > 1
    for form in walked.forms.values():
        forget_counts()
        try_form(asker, form)
    try_addresses(asker, walked)
    print(f"{asker.role}: {len(walked.pages)} pages, {len(walked.forms)} forms, {asker.asked} answers", asker.dearest)
    if asker.faults:
        pytest.fail(asker.told(), pytrace=False)


def test_what_is_typed_leaves_nothing_in_memory(asker: Asker, walked: Walk) -> None:
    """Everything was loaded after two rounds; from then on nothing may be added."""
    forms = list(walked.forms.values())[:: 1 if LONG else 3]
    sizes = []
    for _round in range(4):
        for form in forms:
            begin = number_of(form.action)
            for name, value in portion(COSTLY, begin, 2):
                submit(asker, form, [(entry.name, value) for entry in form.free], name)
        sizes.append(memory_now())
    assert sizes[3] - sizes[1] < REST, f"{asker.role}: {[size >> 20 for size in sizes]} MB"
