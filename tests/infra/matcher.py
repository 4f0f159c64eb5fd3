"""A backtracking matcher that counts its steps, for the few operators that the property test writes."""

from __future__ import annotations

from collections.abc import Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from typing import Any

MOST = 200_000


class _Counter:
    def __init__(self, text: str) -> None:
        self.text, self.steps = text, 0

    def sequence(self, nodes: list[Any], place: int) -> Iterator[int]:
        self.steps += 1
        if self.steps > MOST:
            return
        if not nodes:
            yield place
            return
        for after in self.node(nodes[0], place):
            yield from self.sequence(nodes[1:], after)

    def node(self, node: Any, place: int) -> Iterator[int]:
        operator, value = node
        if operator is sre.SUBPATTERN:
            yield from self.sequence(list(value[-1]), place)
        elif operator is sre.BRANCH:
            for branch in value[1]:
                yield from self.sequence(list(branch), place)
        elif operator is sre.MAX_REPEAT:
            yield from self.repeat(value, place, 0)
        elif place < len(self.text) and self.reads(operator, value, ord(self.text[place])):
            yield place + 1

    def repeat(self, value: Any, place: int, done: int) -> Iterator[int]:
        least, most, inner = value
        if most is sre.MAXREPEAT or done < most:
            for after in self.sequence(list(inner), place):
                if after > place:
                    yield from self.repeat(value, after, done + 1)
        if done >= least:
            yield place

    def reads(self, operator: Any, value: Any, code: int) -> bool:
        if operator is sre.ANY:
            return code != 10
        if operator is sre.LITERAL:
            return bool(code == value)
        return any(code == what if kind is sre.LITERAL else what[0] <= code <= what[1] for kind, what in value)


def steps(tree: Any, text: str) -> int:
    """The steps of a whole match of `text` that fails."""
    counter = _Counter(text)
    for _end in counter.sequence(list(tree), 0):
        pass
    return counter.steps
