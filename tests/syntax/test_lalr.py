"""The quick way through Lark's tables gives what Lark gives."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import UnexpectedInput
from lark_trees import converted, plain
from scripts import SAMPLES, noise, one_liners

from discoscript.syntax.grammar import line_parser, walker
from discoscript.syntax.lines import split


def by_lark(text: str) -> Any:
    try:
        return plain(converted(line_parser().parse(text)))
    except UnexpectedInput:
        return None


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples(path) -> None:
    found = [line.text for line in split(path.read_text()).lines]
    assert found
    for text in found:
        assert plain(walker().parse(text)) == by_lark(text) is not None


@given(st.one_of(one_liners, noise))
def test_lines_of_the_grammar(text: str) -> None:
    assert plain(walker().parse(text)) == by_lark(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "zoom", "zoom (1", "zoom 1 2", "zoom 1 @", "frame 2", "zoom é", "frame: 1", ")",
     "zoom (1 + 2) * 3 -> (4)", "frame 0: frame 1: cut", "zoom [0: (1), 2: 3 ease in,]"],
)  # fmt: skip
def test_right_and_wrong_lines(text: str) -> None:
    assert plain(walker().parse(text)) == by_lark(text)
