"""The components of the library as template tags: `{% load ui %}`. Shown live at /styleguide/ in the
console.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, ClearableFileInput
from django.forms.widgets import CheckboxSelectMultiple, RadioSelect
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from pyphen import Pyphen

from themes.icons import ICONS

register = template.Library()
NBSP = "\u00a0"
SOFT_HYPHEN = "\u00ad"
LONG_WORD = re.compile(r"[^\W\d_]{13,}")


@register.inclusion_tag("themes/components/button.html")
def button(
    label: str,
    href: str = "",
    kind: str = "primary",
    *,
    icon: str = "",
    name: str = "",
    value: str = "",
    small: bool = False,
) -> dict[str, Any]:
    """A link that looks like a button (with `href`) or a submit button. Kinds: primary, quiet, danger,
    link.
    """
    classes = " ".join(["btn", *([kind] if kind != "primary" else []), *(["s"] if small else [])])
    return {"label": label, "href": href, "classes": classes, "icon": icon, "name": name, "value": value}


@register.inclusion_tag("themes/components/field.html")
def field(bound: BoundField, *, asked: bool = False, css: str = "", help: str = "") -> dict[str, Any]:
    """A form field with label, help and errors, wired for assistive technology.

    `asked=True` makes the label the page's question; `css` adds classes (`plate`, `w-s`, `w-m`).
    """
    widget = bound.field.widget
    help_text = help or bound.help_text
    identifier = bound.auto_id
    described = [f"{identifier}-hilfe"] if help_text else []
    described += [f"{identifier}-fehler"] if bound.errors else []
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    kind = _kind(widget)
    return {
        "field": bound,
        "kind": kind,
        "id": identifier,
        "help": help_text,
        "described": " ".join(described),
        "errors": bound.errors,
        "asked": asked,
        "css": css,
        "control": "" if kind == "group" else bound.as_widget(attrs=attrs),
        "optional": not bound.field.required and kind != "checkbox",
    }


def _kind(widget: Any) -> str:
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "group"
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    return "file" if isinstance(widget, ClearableFileInput) else "single"


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of an error summary: where to jump and what to do."""

    target: str
    label: str
    message: str

    @property
    def lead(self) -> str:
        """The label before the message: “Kennzeichen: …”, but “Ist es Ihr Auto? …”."""
        if not self.label:
            return ""
        return f"{self.label} " if self.label[-1] in "?.!:" else f"{self.label}: "


@register.inclusion_tag("themes/components/error_summary.html")
def error_summary(errors: BaseForm | Mapping[str, str] | Iterable[Any]) -> dict[str, Any]:
    """All errors above the form, each a link to its field. Takes a form, or mappings with id, label and
    message.
    """
    problems = _problems_of_form(errors) if isinstance(errors, BaseForm) else _problems_of_items(errors)
    return {"problems": problems}


def _problems_of_form(form: BaseForm) -> list[Problem]:
    problems = [Problem("", "", str(message)) for message in form.non_field_errors()]
    for bound in form:
        target = bound.auto_id + ("_0" if _kind(bound.field.widget) == "group" else "")
        problems += [Problem(target, str(bound.label), str(message)) for message in bound.errors]
    return problems


def _problems_of_items(errors: Any) -> list[Problem]:
    if isinstance(errors, Mapping):
        return [Problem(f"id_{name}", "", str(message)) for name, message in errors.items()]
    return [Problem(str(item["id"]), str(item.get("label", "")), str(item["message"])) for item in errors or ()]


@register.inclusion_tag("themes/components/steps.html")
def steps(current: int, total: int, label: str = "") -> dict[str, Any]:
    """How far along a form is: “Schritt 3 von 6”."""
    return {"current": current, "total": total, "label": label}


@register.inclusion_tag("themes/components/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """A history. Entries have title, when, text, state (done, next or bad), href, link."""
    return {"entries": entries}


@register.filter
def hyphenate(text: object, language: str = "") -> str:
    """Put soft hyphens into words of more than twelve letters, by the rules of `language`, else of the page's.

    Browsers without a dictionary of their own break “Straßenausbaubeitragsbescheinigung” anywhere, or not at all.
    """
    spoken = (language or get_language() or "de")[:2]
    return LONG_WORD.sub(lambda match: _hyphenated(match[0], spoken), str(text))


@lru_cache(maxsize=4096)
def _hyphenated(word: str, language: str) -> str:
    dictionary = {"de": "de_DE", "en": "en_GB"}.get(language)
    if dictionary is None:
        return word
    places = [0, *Pyphen(lang=dictionary, left=4, right=4).positions(word), len(word)]
    # two places side by side mean that the dictionary is unsure of a compound: leave both out
    sure = [b for a, b, c in zip(places, places[1:], places[2:], strict=False) if b - a > 2 and c - b > 2]
    return SOFT_HYPHEN.join(word[a:b] for a, b in zip([0, *sure], [*sure, len(word)], strict=True))


@register.simple_tag
def tag(text: str, kind: str = "") -> SafeString:
    """A short label. Kinds: now (instant), ok, warn, danger, info, or nothing."""
    return format_html('<span class="tag{}">{}</span>', f" {kind}" if kind else "", text)


@register.simple_tag
def status(text: str, kind: str = "") -> SafeString:
    """A dot with a word, for tables. Kinds: ok, warn, danger, info, rest."""
    return format_html('<span class="st{}">{}</span>', f" {kind}" if kind else "", text)


@register.simple_tag
def money(cents: int | None) -> str:
    """Integer cents as “30,00 €” (German) or “€30.00” (English)."""
    if cents is None:
        return ""
    sign = "−" if cents < 0 else ""
    euros, rest = divmod(abs(int(cents)), 100)
    amount = number_format(f"{euros}.{rest:02d}", decimal_pos=2, use_l10n=True, force_grouping=True)
    if (get_language() or "de").startswith("en"):
        return f"{sign}€{amount}"
    return f"{sign}{amount}{NBSP}€"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawn sign; decorative unless `label` names it."""
    shape = SafeString(ICONS[name])
    if label:
        return format_html('<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', label, shape)
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', shape)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, with its geometry in the drawing's units."""

    label: str
    value: float
    shown: str
    y: int
    text_y: int
    bar_y: int
    width: float


@register.inclusion_tag("themes/components/chart.html")
def chart(title: str, rows: Iterable[tuple[str, float]], unit: str = "") -> dict[str, Any]:
    """A bar chart with the same figures as a table below it. `rows` are pairs of label and number."""
    pairs = list(rows)
    top = max((value for _label, value in pairs), default=0) or 1
    bars = [
        Bar(
            str(label),
            value,
            number_format(value, use_l10n=True, force_grouping=True),
            46 * index,
            46 * index + 14,
            46 * index + 20,
            round(520 * value / top, 1),
        )
        for index, (label, value) in enumerate(pairs)
    ]
    return {"title": title, "bars": bars, "unit": unit, "height": 46 * len(bars)}
