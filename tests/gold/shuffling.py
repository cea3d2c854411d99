"""A script with the lines of every block in another order: it must mean the same.

Works on the text alone. A block stays whole, comments move with the line below them, shots keep
their order among each other, and the version stays first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from discoscript.syntax.lines import split


@dataclass
class Piece:
    """A line of a block: its text with the comments above it, and the lines below it."""

    text: str
    indent: int
    body: "list[Piece]" = field(default_factory=list)

    @property
    def first_word(self) -> str:
        """What the line begins with, comments left out."""
        return next(split(self.text).lines[0].text.split()[0:1].__iter__(), "")


def shuffled(text: str, random: Random) -> str:
    """The script with the lines of each block in an order by chance."""
    pieces, rest = _pieces(text)
    return "".join(_written(_nested(pieces), random)) + rest


def _pieces(text: str) -> tuple[list[Piece], str]:
    """The lines one after the other, and what is behind the last one."""
    pieces, at = [], 0
    for line in split(text).lines:
        end = text.find("\n", line.end) + 1 or len(text)
        part = text[at:end]
        pieces.append(Piece(part if part.endswith("\n") else part + "\n", line.indent))
        at = end
    return pieces, text[at:]


def _nested(pieces: Sequence[Piece]) -> list[Piece]:
    """The lines of the outermost block, each with those that belong to it."""
    whole = Piece("", -1)
    above = [whole]
    for piece in pieces:
        while above[-1].indent >= piece.indent:
            above.pop()
        above[-1].body.append(piece)
        above.append(piece)
    return whole.body


def _written(block: Sequence[Piece], random: Random) -> Iterator[str]:
    for piece in _ordered(block, random):
        yield piece.text
        yield from _written(piece.body, random)


def _ordered(block: Sequence[Piece], random: Random) -> list[Piece]:
    first = [piece for piece in block if piece.first_word == "disco"]
    shots = iter([piece for piece in block if piece.first_word == "shot"])
    others = [piece for piece in block if piece.first_word != "disco"]
    random.shuffle(others)
    return [*first, *(next(shots) if p.first_word == "shot" else p for p in others)]
