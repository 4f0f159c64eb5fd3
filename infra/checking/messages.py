"""Finds every translatable text in Python and templates, without gettext's tools."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.template.base import Lexer, TokenType
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace

from infra.checking.files import WINGS, files_in, read, templates

# function -> positions of (context, singular, plural)
SINGULAR, PLURAL = (None, 0, None), (None, 0, 1)
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": SINGULAR,
    "gettext_lazy": SINGULAR,
    "gettext_noop": SINGULAR,
    "ngettext": PLURAL,
    "ngettext_lazy": PLURAL,
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
MARKED = re.compile(r"""(?<![\w.])_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")
BLOCK_TAGS = ("blocktranslate", "blocktrans")
INLINE_TAGS = ("translate", "trans")


@dataclass(frozen=True, slots=True)
class Message:
    """A translatable text and where it stands."""

    text: str
    plural: str | None
    context: str | None
    path: Path
    line: int

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


def all_messages() -> list[Message]:
    """Every message of the project."""
    return [*python_messages(), *template_messages()]


def python_messages() -> Iterator[Message]:
    """Messages in Python files."""
    for path in files_in(WINGS, ".py"):
        if "migrations" not in path.parts:
            yield from messages_of_python(path, read(path))


def messages_of_python(path: Path, source: str) -> Iterator[Message]:
    """Messages of one Python file; follows what the file calls Django's functions."""
    tree = ast.parse(source)
    names = _imported_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        function = names.get(called, called)
        if function not in FUNCTIONS:
            continue
        at_context, at_text, at_plural = FUNCTIONS[function]
        text = _literal(node, at_text)
        if text:
            yield Message(text, _literal(node, at_plural), _literal(node, at_context), path, node.lineno)


def _imported_names(tree: ast.AST) -> dict[str, str]:
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }


def _literal(call: ast.Call, position: int | None) -> str | None:
    if position is None or position >= len(call.args):
        return None
    value = call.args[position]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def template_messages() -> Iterator[Message]:
    """Messages in templates."""
    for path in templates():
        yield from messages_of_template(path, read(path))


def messages_of_template(path: Path, source: str) -> Iterator[Message]:
    """Messages of one template."""
    block: _Block | None = None
    for token in Lexer(source).tokenize():
        line = token.lineno or 0
        words = token.contents.split(None, 1) if token.token_type == TokenType.BLOCK else []
        name = words[0] if words else ""
        if block is not None:
            if name in {f"end{tag}" for tag in BLOCK_TAGS}:
                yield block.message(path)
                block = None
            else:
                block.add(name, token.token_type, token.contents)
        elif name in BLOCK_TAGS:
            block = _Block(token.contents, line)
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR):
            if name in INLINE_TAGS:
                yield from _inline(token.contents, path, line)
            for match in MARKED.finditer(token.contents):
                yield Message(_unquote(match[1]).replace("%", "%%"), None, None, path, line)


def _inline(contents: str, path: Path, line: int) -> Iterator[Message]:
    bits = list(smart_split(contents))
    if len(bits) > 1 and bits[1][:1] in "\"'":
        context = _unquote(bits[bits.index("context") + 1]) if "context" in bits else None
        # Django doubles the sign of a placeholder before it looks the text up
        yield Message(_unquote(bits[1]).replace("%", "%%"), None, context, path, line)


class _Block:
    """Collects what stands between {% blocktranslate %} and its end."""

    def __init__(self, contents: str, line: int) -> None:
        bits = list(smart_split(contents))
        self.trimmed = "trimmed" in bits
        self.context = _unquote(bits[bits.index("context") + 1]) if "context" in bits else None
        self.line = line
        self.parts: list[list[str]] = [[]]

    def add(self, name: str, kind: TokenType, contents: str) -> None:
        if name == "plural":
            self.parts.append([])
        elif kind == TokenType.VAR:
            self.parts[-1].append(f"%({contents})s")
        elif kind == TokenType.TEXT:
            self.parts[-1].append(contents.replace("%", "%%"))

    def message(self, path: Path) -> Message:
        texts = ["".join(part) for part in self.parts]
        if self.trimmed:
            texts = [trim_whitespace(text) for text in texts]
        return Message(texts[0], texts[1] if len(texts) > 1 else None, self.context, path, self.line)


def _unquote(text: str) -> str:
    return str(ast.literal_eval(text)) if text[:1] in "\"'" else text
