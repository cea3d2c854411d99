"""Places: where a character stands, in the words that people and other programs use."""

from bisect import bisect_right
from dataclasses import dataclass

from discoscript.text.source import Source, Span


@dataclass(frozen=True)
class Place:
    """A character of a file: line and column from 1, `offset` from 0, all in characters.

    `text` is the file's text up to it on its line.
    """

    path: str
    line: int
    column: int
    offset: int
    text: str

    @property
    def column_utf16(self) -> int:
        """The column from 1, counted in UTF-16 units: an emoji counts as two."""
        return len(self.text.encode("utf-16-le", "surrogatepass")) // 2 + 1


def place(source: Source, offset: int) -> Place:
    """The place of a character of `source`, in its own file."""
    line, column = source.position(offset)
    row = bisect_right(source.line_starts, offset)
    start = source.line_starts[row - line]
    text = source.text[offset - column + 1 : offset]
    return Place(source.path_at(offset), line, column, offset - start, text)


def ends(source: Source, span: Span) -> tuple[Place, Place]:
    """The first character of a span and the one after its last."""
    return place(source, span.start), place(source, span.end)


def line_at(source: Source, offset: int) -> str:
    """The whole line that a character stands on, without its line break."""
    start = source.text.rfind("\n", 0, offset) + 1
    end = source.text.find("\n", offset)
    return source.text[start : len(source.text) if end < 0 else end].rstrip("\r")


def where(source: Source, span: Span) -> str:
    """`canyon.disco:14`."""
    first = place(source, span.start)
    return f"{first.path}:{first.line}"
