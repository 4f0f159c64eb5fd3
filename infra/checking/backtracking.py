"""Whether a regular expression can be made to try again and again.

After Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers by Using Ambiguity
of NFA" (2016).

The pattern becomes an automaton whose states are its character positions (Glushkov). A matcher that goes back takes
more than linear time when some text leads from a state back to it in two ways (exponential), or from one loop into
another while it could stay in the first (quadratic and worse), and the text can end so that the match fails. Searching
begins anywhere, which is one more loop in front. Bounded repeats over SMALL are taken for unbounded ones: the check may
refuse a harmless pattern, and never passes a harmful one. `AnalysisError` says what it does not understand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

SMALL = 4
MOST_STEPS = 400_000
START = -1
_SAMPLE = (*range(0x180), 0x3B1, 0x410, 0x661, 0x2013, 0x2014, 0x2028, 0x202F, 0x4E00, 0x1F600)
_CATEGORIES = {
    sre.CATEGORY_DIGIT: re.compile(r"\d"),
    sre.CATEGORY_NOT_DIGIT: re.compile(r"\D"),
    sre.CATEGORY_SPACE: re.compile(r"\s"),
    sre.CATEGORY_NOT_SPACE: re.compile(r"\S"),
    sre.CATEGORY_WORD: re.compile(r"\w"),
    sre.CATEGORY_NOT_WORD: re.compile(r"\W"),
}
Signs = frozenset[int]
Member = Callable[[int], bool]


class AnalysisError(ValueError):
    """The pattern uses something that is not understood; its text says what."""


@dataclass(slots=True)
class Part:
    """A piece of the pattern: in how many ways it is empty, and where it begins and ends (position → ways)."""

    empty: int = 1
    first: dict[int, int] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Automaton:
    """Positions with the signs they read, edges with their ways and signs, and the lookarounds inside."""

    flags: int
    sample: list[int]
    signs: list[Signs] = field(default_factory=list)
    edges: dict[int, dict[int, tuple[int, Signs]]] = field(default_factory=dict)
    possessive: set[int] = field(default_factory=set)
    can_fail_anywhere: bool = False
    is_anchored: bool = False
    whole: Part = field(default_factory=Part)
    inner: list[Any] = field(default_factory=list)

    def position(self, member: Member) -> Part:
        """A new position that reads what `member` accepts."""
        self.signs.append(frozenset(code for code in self.sample if self._accepts(member, code)))
        place = len(self.signs) - 1
        return Part(0, {place: 1}, {place: 1})

    def _accepts(self, member: Member, code: int) -> bool:
        if not self.flags & re.IGNORECASE:
            return member(code)
        return any(len(form) == 1 and member(ord(form)) for form in (chr(code).lower(), chr(code).upper(), chr(code)))

    def connect(self, ends: dict[int, int], begins: dict[int, int]) -> None:
        """Edges from all of `ends` to all of `begins`."""
        for source, ways in ends.items():
            for target, more in begins.items():
                known, _signs = self.edges.setdefault(source, {}).get(target, (0, frozenset()))
                signs = self.signs[target]
                if source in self.possessive and target != source:
                    signs -= self.signs[source]
                self.edges[source][target] = (min(2, known + ways * more), signs)


def weakness(pattern: str | bytes, flags: int = 0, *, mode: str = "search") -> str:
    """Why the pattern can backtrack without bound, with a text to repeat; "" if it can't.

    `mode` is search, match or fullmatch. Raises AnalysisError, re.error.
    """
    tree = _parser.parse(pattern, flags)
    return _weakness_of(tree, tree.state.flags, mode)


def _weakness_of(tree: Any, flags: int, mode: str) -> str:
    machine = Automaton(flags, sorted({*_SAMPLE, *_written(tree)}))
    machine.whole = _sequence(machine, tree)
    for inner in machine.inner:
        if found := _weakness_of(inner, flags, "match"):
            return found
    return _Search(machine, mode).weakness()


def _written(tree: Any) -> Iterator[int]:
    """The signs a pattern names, and their neighbours: with them the sample tells all its classes apart."""
    for operator, value in tree:
        if operator in (sre.LITERAL, sre.NOT_LITERAL):
            yield value
        elif operator is sre.RANGE:
            yield from (value[0], max(value[0] - 1, 0), value[1], min(value[1] + 1, 0x10FFFF))
        elif operator is sre.IN:
            yield from _written(value)
        elif operator is sre.BRANCH:
            for branch in value[1]:
                yield from _written(branch)
        elif isinstance(value, tuple) and value and hasattr(value[-1], "data"):
            yield from _written(value[-1])


def _sequence(machine: Automaton, tree: Any) -> Part:
    whole = Part()
    for place, (operator, value) in enumerate(tree):
        if operator is sre.AT and value in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            if place == 0 and not machine.signs and machine.flags & re.MULTILINE and value is sre.AT_BEGINNING:
                whole = machine.position(lambda code: code == 10)  # the line end before; the first line is one more
                continue
            machine.is_anchored |= place == 0 and not machine.signs
        whole = _joined(machine, whole, _part(machine, operator, value))
    return whole


def _joined(machine: Automaton, left: Part, right: Part) -> Part:
    machine.connect(left.last, right.first)
    first = _merged(left.first, {place: ways * left.empty for place, ways in right.first.items()} if left.empty else {})
    last = _merged(right.last, {place: ways * right.empty for place, ways in left.last.items()} if right.empty else {})
    return Part(min(2, left.empty * right.empty), first, last)


def _merged(one: dict[int, int], other: dict[int, int]) -> dict[int, int]:
    return {place: min(2, one.get(place, 0) + other.get(place, 0)) for place in {*one, *other}}


def _part(machine: Automaton, operator: Any, value: Any) -> Part:
    if operator in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
        return machine.position(_member(operator, value, machine.flags))
    if operator is sre.SUBPATTERN:
        return _sequence(machine, value[-1])
    if operator is sre.BRANCH:
        return _branches(machine, value[1])
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return _repeat(machine, *value, possessive=operator is sre.POSSESSIVE_REPEAT)
    if operator is sre.AT:
        machine.can_fail_anywhere |= value not in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING)
        is_end = value in (sre.AT_END, sre.AT_END_STRING) and not machine.flags & re.MULTILINE
        # nothing can be read behind the end of the text
        return machine.position(lambda code: False) if is_end else Part()
    if operator in (sre.ASSERT, sre.ASSERT_NOT):
        machine.can_fail_anywhere = True
        machine.inner.append(value[1])
        return Part()
    raise AnalysisError(f"{str(operator).lower()} is not understood")


def _branches(machine: Automaton, branches: Any) -> Part:
    whole = Part(0)
    for branch in branches:
        part = _sequence(machine, branch)
        whole = Part(min(2, whole.empty + part.empty), _merged(whole.first, part.first), _merged(whole.last, part.last))
    return whole


def _repeat(machine: Automaton, least: int, most: Any, tree: Any, *, possessive: bool) -> Part:
    if possessive and (len(tree) != 1 or tree[0][0] not in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)):
        raise AnalysisError("a possessive repeat of more than one class is not understood")
    if most is not sre.MAXREPEAT and most <= SMALL:
        whole = Part()
        for place in range(most):
            part = _sequence(machine, tree)
            whole = _joined(machine, whole, part if place < least else Part(1, part.first, part.last))
        return whole
    part = _sequence(machine, tree)
    if possessive:
        machine.possessive |= set(part.first)
    machine.connect(part.last, part.first)
    return Part(part.empty if least else 1, part.first, part.last)


def _member(operator: Any, value: Any, flags: int) -> Member:
    if operator is sre.LITERAL:
        return lambda code: bool(code == value)
    if operator is sre.NOT_LITERAL:
        return lambda code: bool(code != value)
    if operator is sre.ANY:
        return lambda code: bool(flags & re.DOTALL) or code != 10
    negated = value[0][0] is sre.NEGATE
    return lambda code: any(_names(kind, what, code) for kind, what in value if kind is not sre.NEGATE) != negated


def _names(kind: Any, value: Any, code: int) -> bool:
    if kind is sre.LITERAL:
        return bool(code == value)
    if kind is sre.RANGE:
        return bool(value[0] <= code <= value[1])
    return _in_category(value, code)


@cache
def _in_category(category: Any, code: int) -> bool:
    return _CATEGORIES[category].match(chr(code)) is not None


class _Search:
    """Looks for a text that can be repeated."""

    def __init__(self, machine: Automaton, mode: str) -> None:
        self.steps = 0
        searches = mode == "search" and not machine.is_anchored
        everything = frozenset(machine.sample)
        start = {place: (ways, machine.signs[place]) for place, ways in machine.whole.first.items()}
        if searches:
            start[START] = (1, everything)
        self.edges = {**machine.edges, START: start}
        self.never_fails = mode != "fullmatch" and not machine.can_fail_anywhere and machine.whole.empty > 0
        # once a match is found nothing is tried again: texts that lead there do no harm
        ends = set(machine.whole.last) if mode != "fullmatch" and not machine.can_fail_anywhere else set()
        self.ends = ends
        self.loops = [state for state in self.edges if state not in ends and self._returns(state)]

    def weakness(self) -> str:
        """A sentence, or ""."""
        if self.never_fails:
            return ""
        for loop in self.loops:
            if text := self._walk((loop, loop), (loop, loop), diverge=True):
                return f"exponential: repeat {text!r}"
        for loop in self.loops:
            for later in self.loops:
                if later == loop or later not in self._reach(loop):
                    continue
                if text := self._walk((loop, loop, later), (loop, later, later), diverge=False):
                    return f"quadratic or worse: repeat {text!r}"
        return ""

    def _reach(self, state: int) -> set[int]:
        seen: set[int] = set()
        waiting = [state]
        while waiting:
            for target in self.edges.get(waiting.pop(), {}):
                if target not in seen and target not in self.ends:
                    seen.add(target)
                    waiting.append(target)
        return seen

    def _returns(self, state: int) -> bool:
        return state in self._reach(state)

    def _walk(self, begin: tuple[int, ...], end: tuple[int, ...], *, diverge: bool) -> str:
        """A text that leads each state of `begin` to that of `end` at once; with `diverge`, in two different ways.

        The text must not lead to a match, however often it is repeated.
        """
        first = (begin, False, frozenset({START, *begin}))
        seen = {first}
        waiting: list[tuple[Any, str]] = [(first, "")]
        for node, text in waiting:
            for step, sign in self._steps(node):
                states, parted, _all = step
                if states == end and (parted or not diverge) and not self._matches(step[2], text + sign):
                    return text + sign
                if step not in seen:
                    seen.add(step)
                    waiting.append((step, text + sign))
        return ""

    def _steps(self, node: Any) -> Iterator[tuple[Any, str]]:
        """All ways to go one sign further."""
        states, parted, everywhere = node
        options = [list(self.edges.get(state, {}).items()) for state in states]
        for targets, ways, signs in self._combined(options):
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise AnalysisError("it is too large to be understood: write it smaller")
            apart = parted or len(set(targets)) > 1 or (len(set(states)) == 1 and ways > 1)
            for code in self._representatives(signs):
                then = self._then(everywhere, code)
                if not then & self.ends:
                    yield (targets, apart, then), chr(code)

    def _combined(self, options: list[Any]) -> Iterator[tuple[tuple[int, ...], int, Signs]]:
        found: list[tuple[tuple[int, ...], int, Signs]] = [((), 1, frozenset())]
        for number, option in enumerate(options):
            found = [
                ((*targets, target), max(ways, more), common)
                for targets, ways, signs in found
                for target, (more, read) in option
                if target not in self.ends and (common := read if number == 0 else signs & read)
            ]
        yield from found

    def _representatives(self, signs: Signs) -> list[int]:
        """One sign for each set of edges that read it."""
        chosen: dict[frozenset[tuple[int, int]], int] = {}
        for code in sorted(signs, key=lambda code: (not 0x20 <= code < 0x7F, code)):
            chosen.setdefault(self._readers(code), code)
        return list(chosen.values())

    def _readers(self, code: int) -> frozenset[tuple[int, int]]:
        known = self.__dict__.setdefault("known", {})
        if code not in known:
            known[code] = frozenset(
                (source, target)
                for source, targets in self.edges.items()
                for target, (_ways, signs) in targets.items()
                if code in signs
            )
        readers: frozenset[tuple[int, int]] = known[code]
        return readers

    def _then(self, states: frozenset[int], code: int) -> frozenset[int]:
        return frozenset(target for source, target in self._readers(code) if source in states)

    def _matches(self, states: frozenset[int], text: str) -> bool:
        """Whether repeating the text leads to a match after all."""
        for _time in range(4):
            for sign in text:
                states = self._then(states, ord(sign))
                if states & self.ends:
                    return True
        return False
