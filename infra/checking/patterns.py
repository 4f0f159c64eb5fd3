"""No regular expression of ours can backtrack without bound, wherever it stands: Python, templates, packages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra.checking.backtracking import AnalysisError, weakness
from infra.checking.files import CODE, WINGS, Fault, files_in, read

MODES = {
    "match": "match",
    "fullmatch": "fullmatch",
    **dict.fromkeys(("search", "sub", "subn", "split", "findall", "finditer"), "search"),
}
# who else takes a pattern as its first argument, and who as `pattern=` or `regex=`
TAKERS = {"RegexField", "RegexValidator", "re_path"}
KEYWORDS = {"pattern", "regex"}
FLAGS = {name: int(getattr(re, name)) for name in ("IGNORECASE", "I", "DOTALL", "S", "MULTILINE", "M", "VERBOSE", "X")}
_IN_TEMPLATE = re.compile(r"\bpattern=\"([^\"]*)\"")
_IN_PACKAGE = re.compile(r"^[ -]*pattern: *(\S.*)$", re.MULTILINE)
# what stands in a pattern for a text that re.escape makes harmless
ESCAPED = "x"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as it is written, and how it is used."""

    path: Path
    line: int
    text: str | bytes
    flags: int = 0
    modes: tuple[str, ...] = ("search",)


class _Unknown(ValueError):
    """The text of a pattern can't be told by reading the file."""


def check_patterns() -> list[Fault]:
    """Faults of all patterns."""
    return [fault for path in files_in(CODE, ".py", ".html", ".yaml") for fault in faults_in(path, read(path))]


def faults_in(path: Path, source: str) -> list[Fault]:
    """Faults of one file."""
    found = patterns_in(path, source)
    return [each for pattern in found for each in ([pattern] if isinstance(pattern, Fault) else _judged(pattern))]


def patterns_in(path: Path, source: str) -> list[Pattern | Fault]:
    """The patterns of one file; a fault for each that can't be read."""
    if path.suffix != ".py":
        wanted = _IN_TEMPLATE if path.suffix == ".html" else _IN_PACKAGE
        return [
            Pattern(path, source.count("\n", 0, found.start()) + 1, found[1].strip("\"'"), 0, ("fullmatch", "search"))
            for found in wanted.finditer(source)
        ]
    return list(_Reader(path, ast.parse(source)).patterns())


def _judged(pattern: Pattern) -> Iterator[Fault]:
    for mode in pattern.modes:
        try:
            reason = weakness(pattern.text, pattern.flags, mode=mode)
        except (AnalysisError, re.error) as error:
            reason = str(error)
        if reason:
            text = f"{pattern.text!r} may backtrack ({reason}): use string methods, or a possessive repeat"
            yield Fault(pattern.path, pattern.line, text)
            return


class _Reader:
    """Finds the patterns of a module, with the texts of its constants put in."""

    def __init__(self, path: Path, tree: ast.Module) -> None:
        self.path, self.tree = path, tree
        self.constants = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }

    def patterns(self) -> Iterator[Pattern | Fault]:
        """All of them."""
        names = {id(node.value): name for name, node in self._compiled()}
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Call):
                continue
            for expression, modes in self._given(node, names.get(id(node), "")):
                try:
                    yield Pattern(self.path, node.lineno, self._text(expression), self._flags(node), modes)
                except _Unknown:
                    yield Fault(self.path, node.lineno, "a pattern that is put together: write it as a constant")

    def _compiled(self) -> Iterator[tuple[str, ast.Assign | ast.AnnAssign]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                yield node.targets[0].id, node
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                yield node.target.id, node

    def _given(self, call: ast.Call, name: str) -> Iterator[tuple[ast.expr, tuple[str, ...]]]:
        function = call.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re":
            if function.attr in MODES and call.args:
                yield call.args[0], (MODES[function.attr],)
            elif function.attr == "compile" and call.args:
                yield call.args[0], modes_of(name)
            return
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if called in TAKERS and call.args and not isinstance(call.args[0], ast.Name | ast.Attribute):
            yield call.args[0], ("search",)
        for keyword in call.keywords:
            is_text = isinstance(keyword.value, ast.Constant | ast.JoinedStr | ast.BinOp)
            if is_text and (keyword.arg in KEYWORDS or str(keyword.arg).endswith("__regex")):
                yield keyword.value, ("search",)

    def _text(self, node: ast.expr, depth: int = 0) -> str | bytes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            return node.value
        if isinstance(node, ast.Name) and node.id in self.constants and depth < 9:
            return self._text(self.constants[node.id], depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._text(node.left, depth + 1), self._text(node.right, depth + 1)
            if isinstance(left, str) and isinstance(right, str):
                return left + right
        if isinstance(node, ast.JoinedStr):
            return "".join(self._piece(value, depth) for value in node.values)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "escape":
            return ESCAPED
        raise _Unknown

    def _piece(self, node: ast.expr, depth: int) -> str:
        text = self._text(node.value if isinstance(node, ast.FormattedValue) else node, depth + 1)
        if isinstance(text, bytes):
            raise _Unknown
        return text

    def _flags(self, call: ast.Call) -> int:
        named = [
            each
            for argument in [*call.args[1:], *(word.value for word in call.keywords)]
            for each in ast.walk(argument)
        ]
        flags = 0
        for each in named:
            if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "re":
                flags |= FLAGS.get(each.attr, 0)
        return flags


def modes_of(name: str) -> tuple[str, ...]:
    """How a compiled pattern of this name is used anywhere; every way where it can't be told."""
    return tuple(sorted(_uses().get(name, ()))) or ("fullmatch", "search")


@cache
def _uses() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in files_in((*WINGS, "infra"), ".py"):
        for node in ast.walk(ast.parse(read(path))):
            if not isinstance(node, ast.Attribute) or node.attr not in MODES:
                continue
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if name and name != "re":
                found.setdefault(name, set()).add(MODES[node.attr])
    return found
