"""What the parser makes of a line: trees of rules, whose leaves are tokens.

Positions count from the line's first character.
"""

from collections.abc import Iterator
from typing import Union


class Token(str):
    """A word of the line that carries a value; `type` is the terminal that it matches."""

    __slots__ = ("end", "start", "type")

    type: str
    start: int
    end: int

    def __new__(cls, type: str, text: str, start: int, end: int) -> "Token":
        token = str.__new__(cls, text)
        token.type, token.start, token.end = type, start, end
        return token


class Tree:
    """A rule of the grammar with its parts; None stands for an optional part that is absent."""

    __slots__ = ("children", "data", "end", "start")

    def __init__(self, data: str, children: "list[Part]", start: int, end: int) -> None:
        self.data, self.children = data, children
        self.start, self.end = start, end

    def subtrees(self) -> "Iterator[Tree]":
        """This tree and all trees in it."""
        waiting = [self]
        while waiting:
            tree = waiting.pop()
            yield tree
            waiting += [child for child in tree.children if isinstance(child, Tree)]

    def leaves(self) -> Iterator[Token]:
        """The tokens of the tree, in the order of the text."""
        waiting: list[Part] = [self]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Tree):
                waiting += reversed(part.children)
            elif part is not None:
                yield part


Part = Union[Token, Tree, None]  # noqa: UP007 (`str | Tree` needs Tree to be known)
