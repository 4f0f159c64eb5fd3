"""Text modules as an office types them: lines of a text field, and back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from .offered import FIGURE_MODULES, LIST_MODULES, MODULES, NEED_MODULES

BAR = "|"
LABELS = {
    "name": _("Name der Leistung"),
    "title": _("Titel (mit Verb)"),
    "teaser": _("Kurztext für Listen"),
    "summary": _("Einleitung"),
    "result": _("Sie erhalten"),
    "cost": _("Kosten"),
    "duration": _("Dauer"),
    "needs": _("Das brauchen Sie"),
    "who": _("Wer kann das beantragen?"),
    "procedure": _("So läuft es ab"),
    "deadline": _("Fristen"),
    "remedy": _("Was tun, wenn abgelehnt wird?"),
    "responsible": _("Wer ist zuständig?"),
    "legal": _("Rechtsgrundlagen"),
    "notes": _("Gut zu wissen"),
    "keywords": _("Suchwörter"),
}
HINTS = {
    **dict.fromkeys(FIGURE_MODULES, _("Wert | Zusatz, zum Beispiel: 30,70 € | für ein Jahr")),
    **dict.fromkeys(NEED_MODULES, _("Je Zeile: was man braucht | wo man es findet")),
    **dict.fromkeys(LIST_MODULES, _("Je Zeile ein Eintrag")),
}
ONE_LINE = ("name", "title", "teaser", *FIGURE_MODULES)
ORDER = tuple(name for name in LABELS if name in MODULES)


def written(module: str, value: Any) -> str:
    """A module as lines; empty for nothing."""
    if not value:
        return ""
    if module in FIGURE_MODULES:
        return _with_bar(value.get("value", ""), value.get("note", ""))
    if module in NEED_MODULES:
        return "\n".join(_with_bar(need["title"], need.get("hint", "")) for need in value)
    return "\n".join(value) if module in LIST_MODULES else str(value)


def read(module: str, text: str) -> Any:
    """The same lines as a module's value; None for nothing."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    if module in FIGURE_MODULES:
        value, note = _parts(lines[0])
        return {"value": value, "note": note}
    if module in NEED_MODULES:
        return [dict(zip(("title", "hint"), _parts(line), strict=True)) for line in lines]
    return lines if module in LIST_MODULES else text.strip()


def _with_bar(first: str, second: str) -> str:
    return f"{first} {BAR} {second}" if second else first


def _parts(line: str) -> tuple[str, str]:
    first, _bar, second = line.partition(BAR)
    return first.strip(), second.strip()
