"""What templates may not do: style or script in place, handlers, links to third parties, text nobody can translate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, TokenType

from infra.checking.files import Fault, files_in, read, templates
from infra.checking.messages import BLOCK_TAGS

# the same word in every language, or a name
UNIVERSAL = {
    "rathausplatz",
    "rss",
    "pdf",
    "api",
    "deutsch",
    "english",
    "de",
    "en",
    "qr",
    "iban",
    "bic",
    "csv",
    "id",
    "sha",
}
READ_ALOUD = {"alt", "title", "placeholder", "aria-label", "aria-description", "summary"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
THIRD_PARTY = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""")
SILENT = {"script", "style"}
# mails and printed letters carry their style with them: their readers fetch nothing
WITH_OWN_STYLE = ("mail", "letters", "letter.html", "mail.html")
# specimens of what communes write, shown to the operator only
SPECIMENS = "styleguide"


def check_markup() -> list[Fault]:
    """Faults of all templates."""
    return [fault for path in templates() for fault in faults_of(path, read(path))] + _leaning()


def faults_of(path: Path, source: str) -> list[Fault]:
    """Faults of one template."""
    if path.suffix in (".txt", ".xml"):
        return list(_bare_text(path, source))
    reader = _Reader(path)
    reader.feed(_blanked(source))
    reader.close()
    return reader.faults


def _blanked(source: str) -> str:
    """The markup with Django's tags and translated text blanked out, lines kept."""
    parts: list[str] = []
    inside = False
    for token in Lexer(source).tokenize():
        name = token.contents.split(None, 1)[0] if token.token_type == TokenType.BLOCK else ""
        if name in BLOCK_TAGS or name == "comment":
            inside = True
        elif inside and name.startswith("end"):
            inside = False
        kept = token.contents if token.token_type == TokenType.TEXT and not inside else ""
        written = (token.lineno or 1) - 1 - sum(part.count("\n") for part in parts)
        parts.append("\n" * written + kept)
    return "".join(parts)


def _bare_text(path: Path, source: str) -> Iterator[Fault]:
    if path.suffix == ".xml":
        return
    for number, line in enumerate(_blanked(source).splitlines(), 1):
        if _says_something(line):
            yield Fault(path, number, f"not translatable: {line.strip()[:60]!r}")


def _says_something(text: str) -> bool:
    if text.strip().startswith("/"):
        return False
    return any(word.lower() not in UNIVERSAL for word in LETTERS.findall(re.sub(r"&\w+;", "", text)))


class _Reader(HTMLParser):
    """Walks the markup and notes faults."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.faults: list[Fault] = []
        self.silent: list[str] = []
        self.is_specimen = SPECIMENS in path.parts
        self.has_own_style = any(part in WITH_OWN_STYLE for part in path.parts)

    def fault(self, text: str) -> None:
        self.faults.append(Fault(self.path, self.getpos()[0], text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in SILENT and not self.has_own_style:
            self._check_silent(tag, given)
        if tag in SILENT:
            self.silent.append(tag)
        for name, value in attrs:
            self._check_attribute(tag, name, value or "")

    def _check_silent(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "style":
            self.fault("no <style>: the policy forbids it; write it in the room's stylesheet")
        elif "src" not in given and given.get("type") not in ("application/ld+json", "application/json"):
            self.fault("no inline script: the policy forbids it; put it in a static file")

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        if name == "style" and not self.has_own_style:
            self.fault(f"no style attribute on <{tag}>: the policy forbids it; use a class")
        if name.startswith("on"):
            self.fault(f"no {name} handler on <{tag}>: the policy forbids it")
        if name in ("src", "srcset", "action") and THIRD_PARTY.match(f'{name.replace("srcset", "src")}="{value}"'):
            self.fault(f"<{tag} {name}> asks a third party: serve it ourselves")
        if tag == "link" and name == "href" and value.startswith(("http:", "https:", "//")):
            self.fault("a stylesheet, icon or font from a third party: serve it ourselves")
        if name in READ_ALOUD and not self.is_specimen and _says_something(value):
            self.fault(f"{name} is not translatable: {value[:60]!r}")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent and not self.is_specimen and _says_something(data):
            self.fault(f"not translatable: {' '.join(data.split())[:60]!r}")


def _leaning() -> list[Fault]:
    """A template that starts no document extends one of the theme's pages, so that every page carries the brand."""
    faults = []
    for path in files_in(("cms", "services", "platform"), ".html"):
        source = read(path)
        if "templates" in path.parts and "letters" not in path.parts and "<html" in source:
            faults.append(Fault(path, 1, "starts a document of its own: extend a page of themes"))
    return faults
