"""A line's tree -> its words and marks, and how they are spaced.

The leaves of a tree are the words that carry a value; what lies between two of them are keywords
and marks. The tree also knows what the text does not show: whether a `-` belongs to one number or
stands between two, and whether a `(` opens the arguments of what is before it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from discoscript.syntax.tree import Part, Token, Tree

_BETWEEN = re.compile(r"[a-z]+|\.\.|->|\S")
_TIGHT = frozenset({".", ".."})
_OPENING = frozenset({"[", "("})
_CLOSING = frozenset({"]", ")"})
#: Rules whose first part is followed by the `(` of its arguments.
_CALLING = frozenset({"call", "use", "move_head", "ease"})


@dataclass(frozen=True)
class Word:
    """A word or a mark of a line, `start` to `end` in the line's text.

    `joins_left` and `joins_right` say that no blank stands between it and its neighbour there.
    `leaf` says that it is a leaf of the line's tree, `calls` that it opens arguments.
    """

    text: str
    start: int
    end: int
    joins_left: bool = False
    joins_right: bool = False
    leaf: bool = False
    calls: bool = False


def gap(left: Word | None, right: Word) -> str:
    """What stands between two words: a blank or nothing."""
    return "" if left is None or left.joins_right or right.joins_left else " "


def words(tree: Tree, text: str) -> tuple[Word, ...]:
    """The words and marks of a line whose text has this tree."""
    negatives, called = _roles(tree)
    return tuple(_spaced(_found(tree, text), negatives, called))


def _found(tree: Tree, text: str) -> Iterator[Word]:
    """The words as they stand in the text, with nothing known of their neighbours."""
    at = 0
    for token in tree.leaves():
        yield from _marks(text, at, token.start)
        yield Word(text[token.start : token.end], token.start, token.end, leaf=True)
        at = token.end
    yield from _marks(text, at, len(text))


def _marks(text: str, start: int, end: int) -> Iterator[Word]:
    for match in _BETWEEN.finditer(text, start, end):
        yield Word(match.group(), match.start(), match.end())


def _spaced(found: Iterable[Word], negatives: set[int], called: set[int]) -> list[Word]:
    """The words with their spacing."""
    spaced: list[Word] = []
    depth = 0
    for word in found:
        before = spaced[-1].end if spaced else -1
        calls = word.text == "(" and not word.leaf and before in called
        left = right = False
        if word.leaf:
            right = word.start in negatives
        elif word.text in _OPENING:
            depth += 1
            left, right = calls, True
        elif word.text in _CLOSING:
            depth -= 1
            left = True
        elif word.text in _TIGHT or (word.text == "=" and depth):
            left = right = True
        elif word.text in (",", ":"):
            left = True
        spaced.append(Word(word.text, word.start, word.end, left, right, word.leaf, calls))
    return spaced


def _roles(tree: Tree) -> tuple[set[int], set[int]]:
    """Where minus signs of negative values start, and where names end that have arguments."""
    negatives, called = set(), set()
    for node in tree.subtrees():
        if node.data == "negative":
            negatives.add(present(node.children[0]).start)
        elif node.data in _CALLING:
            called.add(present(node.children[0]).end)
    return negatives, called


def present(part: Part) -> Token | Tree:
    """A part that the grammar says is there."""
    assert part is not None, "the grammar says so"
    return part
