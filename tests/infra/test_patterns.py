"""No regular expression of ours can backtrack without bound; the check that says so is right about known ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.checking.backtracking import AnalysisError, weakness
from infra.checking.patterns import check_patterns, faults_in

SPAN = r"(?P<from>\d{1,4}\s?[a-z]?)?\s*(?P<dash>[-–])\s*(?P<to>\d{1,4}\s?[a-z]?)?"
HARMFUL: list[tuple[str | bytes, int]] = [
    # what the security review found here
    (rb"^\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<svg[\s>]", re.DOTALL | re.IGNORECASE),
    (r"(?:<!--.*?-->\s*)*x", re.DOTALL),
    (rf"^(?P<street>\S.*?)(?:\s+(?:{SPAN}|(?P<only>\d{{1,4}}\s?[a-z]?)))?(?:\s+(?P<side>gerade|ungerade))?$", 0),
    (r"^(?P<street>.*?\D)\s+(?P<number>\d{1,4}\s*[a-zA-Z]?(?:\s*[-–/]\s*\d+\s*[a-zA-Z]?)?)$", 0),
    (r"(?:\s|\\n)*\b(?:DETAIL)\s?: .*", re.DOTALL),
    # nested, alternating, nullable
    (r"(a+)+$", 0),
    (r"(?:a|a)*b", 0),
    (r"(a|aa)+$", 0),
    (r"(a*)*b", 0),
    (r"(a*b*)*c", 0),
    (r"(x+x+)+y", 0),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", 0),
    (r"(?=(a+)+b)c", 0),
    # polynomial: two loops that read the same, and a search that begins in the middle of a loop
    (r"\s*,?\s*x", 0),
    (r"a.*b.*c", 0),
    (r"^[a-z]+\d{0,20}[a-z]+$", 0),
    (r"\s+$", 0),
    (r"x*y", 0),
    (r'"(?:[^"\\]|\\.)*"', 0),
    (r"Ä+ä+!", re.IGNORECASE),
]
HARMLESS: list[tuple[str | bytes, int]] = [
    (r"[^a-z0-9]+", 0),
    (r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", 0),
    (r"\{\{\s*([a-z_.]+)\s*\}\}", 0),
    (rb"<dc:identifier>[^<]{0,300}/pruefen/([0-9A-Za-z-]{16,24})/</dc:identifier>", 0),
    (r"^\s*+x", 0),
    (r"^(?!-)[a-z0-9-]{1,63}(?<!-)$", 0),
    (r"[\"'].*[\"']|[\"'].*", 0),
    (r"^(?:\s|\(|--[^\n\r]*(?:[\n\r]|$))+", 0),
    (r"^name: (.*)$", re.MULTILINE),
]


@pytest.mark.parametrize(("pattern", "flags"), HARMFUL)
def test_a_pattern_that_can_backtrack_is_found(pattern: str | bytes, flags: int) -> None:
    assert weakness(pattern, flags)


@pytest.mark.parametrize(("pattern", "flags"), HARMLESS)
def test_a_pattern_in_order_is_left_alone(pattern: str | bytes, flags: int) -> None:
    assert weakness(pattern, flags) == ""


def test_a_whole_match_is_judged_as_one() -> None:
    assert weakness(r"\s+x", mode="search")
    assert weakness(r"\s+x", mode="fullmatch") == ""


def test_what_is_not_understood_is_no_harmless_pattern() -> None:
    with pytest.raises(AnalysisError):
        weakness(r"(a+)\1")


def test_no_pattern_of_ours_can_backtrack() -> None:
    assert [str(fault) for fault in check_patterns()] == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.py", 'import re\nX = re.compile(r"(a+)+$")'),
        ("a.py", 'import re\nre.sub(r"\\s+$", "", text)'),
        ("a.py", 'import re\nPART = r"(?:a+)+"\nX = re.compile(rf"^{PART}$")'),
        ("a.py", "import re\nX = re.compile(read_from_somewhere())"),
        ("a.py", 'postcode = forms.RegexField(r"^(\\d+)+$")'),
        ("a.py", 'validators = [RegexValidator(r"(x+)+y")]'),
        ("a.py", 're_path(r"^(a+)+$", view)'),
        ("a.py", 'Key = Annotated[str, Field(pattern=r"^(a+)+$")]'),
        ("a.py", 'Q(key__regex=r"^(a+)+$")'),
        ("a.html", '<input pattern="(a+)+b">'),
        ("a.yaml", "field:\n  pattern: '^(a+)+$'"),
    ],
)
def test_a_pattern_is_found_wherever_it_stands(name: str, source: str) -> None:
    assert len(faults_in(Path(name), source)) == 1


PIECES = st.sampled_from(["a", "b", "[ab]", ".", "a*", "b*", "[ab]*", "a+", "(?:ab)*", "(?:a|b)*", "(?:a|ab)", "b?"])


@given(st.lists(PIECES, min_size=1, max_size=5), st.booleans())
def test_whatever_is_called_harmless_takes_steps_in_proportion(pieces: list[str], nested: bool) -> None:
    pattern = "".join(pieces)
    pattern = f"(?:{pattern})*c" if nested else f"{pattern}c"
    if weakness(pattern, mode="fullmatch"):
        return
    for text in ("a", "b", "ab", "ba", "aab"):
        few, many = (_ways(pattern, text * times) for times in (8, 16))
        assert many <= 3 * few + 8


def _ways(pattern: str, text: str) -> int:
    """How many steps a matcher that goes back takes until it gives up: counted by one that is written here."""
    from re import _parser  # type: ignore[attr-defined]

    from tests.infra.matcher import steps

    return steps(_parser.parse(pattern), text)
