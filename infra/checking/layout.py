"""How files are named and how long they may be (house.md's anatomy of a room, CONTRIBUTING)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from infra.checking.files import CODE, ROOT, Fault, code_files, files_in, project_files, read

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
DEEPEST_NESTING = 3
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "stuff"}
LEFT_FOR_LATER = re.compile(r"(?:#|<!--|{#|/\*|//)\s*(?:TODO|FIXME|XXX|HACK)\b")
DECISIONS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Match)
HARMLESS = (ast.With, ast.AsyncWith, ast.Try)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def check_layout() -> list[Fault]:
    """Every file is where it belongs, says what it is by its name, and fits on its screen."""
    return [*_names(), *_lengths(), *_leftovers()]


def _names() -> Iterator[Fault]:
    if (ROOT / "platform" / "__init__.py").exists():
        path = Path("platform/__init__.py")
        yield Fault(path, 1, "the standard library owns the name `platform`: remove this file")
    for path in project_files():
        if path.parts[0] not in (*CODE, "tests"):
            continue
        for part in (*path.parts[:-1], path.stem):
            if part in NAMES_THAT_SAY_NOTHING:
                yield Fault(path, 1, f"`{part}` says nothing: name it after what it holds, or move it to its only user")
    for path in code_files():
        if (
            path.name != "__init__.py"
            and path.parts[0] != "platform"
            and not (ROOT / path.parent / "__init__.py").exists()
        ):
            yield Fault(path, 1, "its folder has no __init__.py, so it would be missing from an installed package")


def _lengths() -> Iterator[Fault]:
    for path in [*code_files(), *files_in(("tests",), ".py")]:
        source = read(path)
        lines = source.count("\n")
        if lines > LONGEST_FILE:
            yield Fault(path, lines, f"{lines} lines, more than {LONGEST_FILE}: split it by noun")
        for function in functions_of(ast.parse(source)):
            length = length_of(function)
            if length > LONGEST_FUNCTION:
                text = f"{function.name} has {length} lines, more than {LONGEST_FUNCTION}"
                yield Fault(path, function.lineno, f"{text}: give its parts names")
            depth = nesting_of(function.body)
            if depth > DEEPEST_NESTING:
                yield Fault(path, function.lineno, f"{function.name} is nested {depth} deep: return early")


def functions_of(tree: ast.AST) -> list[Function]:
    """All functions and methods of a module."""
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def length_of(function: Function) -> int:
    """Lines from `def` to the end, the docstring left out: a long contract is no fault."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def nesting_of(body: list[ast.stmt]) -> int:
    """How deep decisions and loops stand in each other; `with` and `try` don't count, `elif` is no deeper than `if`."""
    return max((_depth(statement) for statement in body), default=0)


def _depth(statement: ast.stmt) -> int:
    if isinstance(statement, HARMLESS):
        return max(nesting_of(part) for part in _parts(statement))
    if not isinstance(statement, DECISIONS):
        return 0
    otherwise = getattr(statement, "orelse", [])
    is_elif = isinstance(statement, ast.If) and len(otherwise) == 1 and isinstance(otherwise[0], ast.If)
    inside = [nesting_of(part) for part in _parts(statement) if part is not otherwise]
    return max(1 + max(inside), nesting_of(otherwise) + (0 if is_elif else 1) if otherwise else 0)


def _parts(block: ast.stmt) -> list[list[ast.stmt]]:
    parts = [getattr(block, name, []) for name in ("body", "orelse", "finalbody")]
    return parts + [part.body for name in ("handlers", "cases") for part in getattr(block, name, [])]


def _leftovers() -> Iterator[Fault]:
    for path in files_in((*CODE, "tests"), ".py", ".html", ".css", ".js", ".svg", ".txt", ".yaml"):
        for number, line in enumerate(read(path).splitlines(), 1):
            if LEFT_FOR_LATER.search(line):
                yield Fault(path, number, "finish it, or write an issue: nothing is left for later in the code")
