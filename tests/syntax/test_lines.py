"""Logical lines: offsets stay true, quotes and brackets are taken care of."""

from hypothesis import given
from syntax.scripts import damaged, noise, scripts

from discoscript.syntax.lines import columns, split


def texts(script: str) -> list[str]:
    return [line.text for line in split(script).lines]


def test_empty_lines_and_comments_are_no_lines() -> None:
    assert texts("\n  \n# a\n   # b\n\r\nzoom 1\n\n") == ["zoom 1"]


def test_comments_are_kept_with_their_places() -> None:
    script = "zoom 1  # one\r\n# two\nx [ # three\n]"
    comments = split(script).comments
    assert [comment.text for comment in comments] == ["# one", "# two", "# three"]
    assert all(script[c.span.start : c.span.end] == c.text for c in comments)


def test_a_hash_in_a_text_is_text() -> None:
    assert texts('prompt "a # b" 2 # c') == ['prompt "a # b" 2']


def test_brackets_hold_lines_together() -> None:
    script = "x [\n    1,  # one\n    2,\n]\ny 1"
    first, second = split(script).lines
    assert first.text.split() == ["x", "[", "1,", "2,", "]"]
    assert len(first.text) == first.end - first.start
    assert script[second.start : second.end] == second.text == "y 1"


def test_long_text_holds_lines_together() -> None:
    assert texts('prompt """a\n  b"""\ny 1') == ['prompt """a\n  b"""', "y 1"]


def test_what_is_missing_is_appended() -> None:
    assert texts('prompt "a\nzoom [1, (2\nprompt """b\n  c') == [
        'prompt "a"',
        "zoom [1, (2)]",
        'prompt """b\n  c"""',
    ]


def test_byte_order_mark_and_windows_line_ends() -> None:
    script = "\ufeffdisco 1\r\ncamera:\r\n    zoom 1\r\n"
    lines = split(script).lines
    assert [line.text for line in lines] == ["disco 1", "camera:", "zoom 1"]
    assert [line.indent for line in lines] == [0, 0, 4]
    assert all(script[line.start : line.end] == line.text for line in lines)


def test_tabs_go_to_multiples_of_four() -> None:
    assert [columns(margin) for margin in ("\t", " \t", "    \t", "\t ")] == [4, 4, 8, 5]


def test_tabs_are_said_once() -> None:
    found = split("a:\n\tx 1\n\ty 2\n").diagnostics
    assert [d.code for d in found] == ["D002"]


@given(scripts | damaged() | noise)
def test_offsets_stay_true(script: str) -> None:
    """A line's characters are the script's, or blanks where a break or comment was."""
    result = split(script)
    for line in result.lines:
        assert line.margin <= line.start <= line.end <= len(script)
        original = script[line.start : line.end]
        assert all(b in (a, " ") for a, b in zip(original, line.text, strict=False))
        assert line.reported or len(original) == len(line.text)
    assert sorted(result.lines, key=lambda line: line.start) == list(result.lines)
