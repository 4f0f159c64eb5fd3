"""The forms of a page as a browser finds them, and what somebody would send who fills them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TOKEN = "csrfmiddlewaretoken"
# what fits a field that the page leaves empty, by the end of its name; the rest goes by type
FITTING = {
    "street": "Kornmarkt",
    "number": "12",
    "postcode": "07545",
    "city": "Gera",
    "plate": "G-AB 123",
    "own_vehicle": "yes",
    "given_name": "Marta",
    "family_name": "Muster",
    "birth_date": "27.3.1984",
    "email": "marta@example.org",
    "slug": "ein-name",
    "text": "Ein Satz, der lang genug ist.",
}
BY_TYPE = {
    "email": "marta@example.org",
    "date": "2026-11-27",
    "time": "10:00",
    "datetime-local": "2026-11-27T10:00",
    "number": "1",
    "url": "https://www.example.org/",
    "tel": "0365 123456",
    "color": "#336699",
    "password": "Regenbogen-27-Kiesel",
    "checkbox": "on",
}
NO_ANSWER = ("submit", "button", "image", "reset")


@dataclass(slots=True)
class Input:
    """One name in a form with what the page put there."""

    name: str
    kind: str
    value: str
    options: list[str] = field(default_factory=list)
    maximum: int = 0

    @property
    def fitting(self) -> str:
        """What a person would send."""
        if self.options:
            return self.value or next(filter(None, self.options), "")
        if self.value or self.kind == "hidden":
            return self.value
        known = next((value for end, value in FITTING.items() if self.name.endswith(end)), "")
        return known or BY_TYPE.get(self.kind, "Muster")


@dataclass(slots=True)
class Form:
    """A form: where it goes, and its inputs by name."""

    page: str
    action: str
    method: str
    inputs: dict[str, Input] = field(default_factory=dict)

    @property
    def has_files(self) -> bool:
        return any(entry.kind == "file" for entry in self.inputs.values())

    @property
    def free(self) -> list[Input]:
        """All that is typed, chosen or hidden; the token against forgery is Django's own."""
        return [entry for entry in self.inputs.values() if entry.kind != "file" and entry.name != TOKEN]

    @property
    def files(self) -> list[str]:
        return [entry.name for entry in self.inputs.values() if entry.kind == "file"]

    def answers(self, **changes: str) -> dict[str, str]:
        """What a person would send, and changes."""
        return {entry.name: entry.fitting for entry in self.free} | changes

    def key(self) -> tuple[str, ...]:
        """Two forms with the same key are the same one."""
        return (self.method, *self.inputs)


class Page(HTMLParser):
    """Reads links, forms and words."""

    def __init__(self, path: str, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.language = ""
        self._inside: Input | None = None
        self._silent = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "template"):
            self._silent += 1
        elif tag == "html":
            self.language = given.get("lang", "")
        elif tag == "a" and "href" in given:
            self.links.append(urljoin(self.path, given["href"].strip() or "."))
        elif tag == "form":
            action = urljoin(self.path, given.get("action", "") or self.path)
            self.forms.append(Form(self.path, action, given.get("method", "get").lower()))
        elif self.forms and tag in ("input", "select", "textarea", "button") and given.get("name"):
            self._input(tag, given)
        elif tag == "option" and self._inside is not None:
            self._inside.options.append(given.get("value", ""))
            if "selected" in given:
                self._inside.value = given.get("value", "")

    def _input(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given["name"]
        kind = given.get("type", "text").lower() if tag in ("input", "button") else tag
        known = form.inputs.get(name)
        if kind in ("radio", "checkbox") or kind in NO_ANSWER or tag == "button":
            entry = known or Input(name, kind, "")
            entry.options.append(given.get("value", "on"))
            if "checked" in given:
                entry.value = entry.options[-1]
        else:
            maximum = given.get("maxlength", "")
            entry = Input(name, kind, given.get("value", ""), maximum=int(maximum) if maximum.isdigit() else 0)
            self._inside = entry if tag in ("select", "textarea") else self._inside
        form.inputs[name] = entry

    def handle_data(self, data: str) -> None:
        if self._inside is not None and self._inside.kind == "textarea":
            self._inside.value += data
        elif not self._silent:
            self.words += data.split()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self._silent -= 1
        elif tag in ("select", "textarea"):
            self._inside = None


def local(address: str) -> str:
    """Path and query of an address on the same host; "" for any other."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
