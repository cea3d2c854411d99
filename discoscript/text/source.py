"""Source and Span: a script's text, and places in it."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, order=True)
class Span:
    """Characters `start` to `end` (excluded) of a source text."""

    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """The text of one script and the path that messages show for it."""

    path: str
    text: str

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offset of the first character of every line."""
        return (0, *(i + 1 for i, c in enumerate(self.text) if c == "\n"))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both counted from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its line break."""
        start, starts = self.line_starts[number - 1], self.line_starts
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[start:end]

    def at(self, span: Span) -> str:
        """The text of `span`."""
        return self.text[span.start : span.end]
