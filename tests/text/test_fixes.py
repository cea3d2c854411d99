"""Fixes: what they make of a text, alone and together."""

from discoscript.text.diagnostics import Fix
from discoscript.text.fixes import apart, apply
from discoscript.text.source import Span


def fix(start: int, end: int, text: str) -> Fix:
    return Fix(Span(start, end), text)


def test_fixes_are_made_at_their_places_in_any_order() -> None:
    fixes = [fix(6, 7, ""), fix(0, 3, "translate"), fix(4, 5, "10")]
    assert apply("abc 1  2", fixes) == "translate 10 2"


def test_of_fixes_that_overlap_the_first_is_made() -> None:
    assert apply("abcdef", [fix(2, 4, "X"), fix(0, 3, "Y"), fix(3, 6, "Z")]) == "YZ"


def test_the_same_fix_is_made_once() -> None:
    assert apply("x", [fix(0, 0, "disco 1\n"), fix(0, 0, "disco 1\n")]) == "disco 1\nx"
    assert apart([fix(0, 0, "a"), fix(0, 0, "b"), fix(0, 1, "c")]) == [
        fix(0, 0, "a"),
        fix(0, 1, "c"),
    ]


def test_no_fix_no_change() -> None:
    assert apply("zoom 1", []) == "zoom 1"
