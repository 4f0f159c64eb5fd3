"""The rules of the house bite: each check finds a fault that was made on purpose, and the house has none."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from infra.checking import rooms
from infra.checking.files import WINGS, files_in, read
from infra.checking.installation import check_migrations
from infra.checking.layout import check_layout, length_of, nesting_of
from infra.checking.markup import faults_of
from infra.checking.messages import messages_of_python, messages_of_template
from infra.checking.rooms import check_rooms

PAGE = Path("services/cases/templates/cases/page.html")


def test_the_house_keeps_its_own_rules() -> None:
    assert [str(fault) for check in (check_layout, check_rooms) for fault in check()] == []


def test_no_model_lacks_a_migration() -> None:
    assert [str(fault) for fault in check_migrations()] == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('<p style="color: red">{{ text }}</p>', "no style attribute"),
        ("<style>p { color: red }</style>", "no <style>"),
        ("<script>alert(1)</script>", "no inline script"),
        ('<button onclick="send()">{{ text }}</button>', "no onclick handler"),
        ('<img src="https://example.org/a.png" alt="">', "asks a third party"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "from a third party"),
        ("<p>Antrag absenden</p>", "not translatable: 'Antrag absenden'"),
        ('<input aria-label="Suchen">', "aria-label is not translatable"),
    ],
)
def test_a_template_that_breaks_a_rule_is_found(source: str, expected: str) -> None:
    assert [expected in str(fault) for fault in faults_of(PAGE, source)] == [True]


@pytest.mark.parametrize(
    "source",
    [
        '{% translate "Antrag absenden" %}',
        "{% blocktranslate with n=1 %}{{ n }} Anträge{% endblocktranslate %}",
        '<script src="{% static "a.js" %}" defer></script>',
        '<script type="application/json">{"Antrag": 1}</script>',
        "{# Kommentar #}{% comment %}Noch einer{% endcomment %}",
    ],
)
def test_a_template_in_order_is_left_alone(source: str) -> None:
    assert faults_of(PAGE, source) == []


def test_messages_are_found_under_any_alias_with_context_and_plural() -> None:
    source = (
        "from django.utils.translation import gettext as _, ngettext, pgettext_lazy as p\n"
        "_('eins'); ngettext('ein Tag', '%(n)s Tage', n); p('Monat', 'Mai'); other('nicht')\n"
    )
    found = [(m.context, m.text, m.plural) for m in messages_of_python(Path("x.py"), source)]
    assert found == [(None, "eins", None), (None, "ein Tag", "%(n)s Tage"), ("Monat", "Mai", None)]


def test_messages_of_templates_are_the_ones_django_looks_up() -> None:
    source = (
        '{% translate "100 % Recycling" %}{% button _("Weiter") %}'
        "{% blocktranslate trimmed count n=n %}\n  Ein Tag\n{% plural %}\n  {{ n }} Tage\n{% endblocktranslate %}"
    )
    found = [(m.text, m.plural) for m in messages_of_template(Path("x.html"), source)]
    assert found == [("100 %% Recycling", None), ("Weiter", None), ("Ein Tag", "%(n)s Tage")]


def test_entering_a_commune_from_a_view_is_found() -> None:
    tree = ast.parse("from tenants.communes.scope import commune_scope, require_commune")
    faults = list(rooms._entrances(Path("services/cases/views.py"), tree))
    assert [fault.text.split()[0] for fault in faults] == ["commune_scope"]


def test_signals_between_rooms_are_found() -> None:
    tree = ast.parse("from django.dispatch import Signal\nfrom django.db.models.signals import post_save")
    assert [fault.line for fault in rooms._signals(Path("services/cases/models.py"), tree)] == [1, 2]


def test_length_leaves_the_docstring_out_and_elif_is_no_deeper() -> None:
    function = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n').body[0]
    assert isinstance(function, ast.FunctionDef)
    assert length_of(function) == 2
    flat = "if a:\n    pass\nelif b:\n    pass\nelif c:\n    pass\n"
    deep = "for a in b:\n    if a:\n        while a:\n            if c:\n                pass\n"
    assert nesting_of(ast.parse(flat).body) == 1
    assert nesting_of(ast.parse(deep).body) == 4


# what must stand or fall with its caller, with the reason
MAY_FAIL_AFTER_THE_COMMIT = {
    "tenants/communes/invalidation.py": "who hears nothing shows what is old",
    "cms/memory.py": "what is not dropped is shown as it was",
    "tenants/communes/archives/readable/orders.py": "the task itself goes on after its transaction",
    "tenants/mails/tasks.py": "the task itself goes on after its transaction",
}


def test_no_message_that_is_sent_after_a_commit_can_undo_what_was_promised() -> None:
    """A broker out of reach, a file that can't be deleted: what is stored is stored, and the schedule finds it."""
    found = []
    for path in files_in(WINGS, ".py"):
        for node in ast.walk(ast.parse(read(path))):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "on_commit"
            ):
                continue
            robust = any(word.arg == "robust" for word in node.keywords) or len(node.args) > 1
            if not robust and str(path) not in MAY_FAIL_AFTER_THE_COMMIT:
                found.append(f"{path}:{node.lineno}")
    assert found == []
