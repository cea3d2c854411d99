"""Source and Span: the text of a script with its libraries, and places in it."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, order=True)
class Span:
    """Characters `start` to `end` (excluded) of a source text."""

    start: int
    end: int


@dataclass(frozen=True)
class Library:
    """A file that a script imports: its path, and where its text begins in the source."""

    path: str
    start: int


@dataclass(frozen=True)
class Source:
    """The text of one script and the path that messages show for it.

    The texts of its libraries follow, so that one number is a place in any of the files.
    """

    path: str
    text: str
    libraries: tuple[Library, ...] = ()

    def joined(self, path: str, text: str) -> "Source":
        """The same with another library behind it."""
        library = Library(path, len(self.text) + 1)
        return Source(self.path, f"{self.text}\n{text}", (*self.libraries, library))

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Path and text of the script, and of each library."""
        starts = [0, *(library.start for library in self.libraries)]
        ends = [*(start - 1 for start in starts[1:]), len(self.text)]
        paths = [self.path, *(library.path for library in self.libraries)]
        return tuple((p, self.text[a:b]) for p, a, b in zip(paths, starts, ends, strict=True))

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offset of the first character of every row; the rows of all files are counted on."""
        return (0, *(found.end() for found in re.finditer("\n", self.text)))

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return (0, *(library.start for library in self.libraries))

    def _file(self, offset: int) -> int:
        """0 for the script itself, n for library n - 1."""
        return bisect_right(self._starts, offset) - 1

    def path_at(self, offset: int) -> str:
        """The path of the file that a character belongs to."""
        file = self._file(offset)
        return self.path if file == 0 else self.libraries[file - 1].path

    def row(self, offset: int) -> int:
        """The row of a character, counted from 1 through all files."""
        return bisect_right(self.line_starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character in its file, both counted from 1."""
        row = self.row(offset)
        first = self.row(self._starts[self._file(offset)])
        return row - first + 1, offset - self.line_starts[row - 1] + 1

    def line(self, row: int) -> str:
        """The text of a row, without its line break. In the script, rows are its lines."""
        start, starts = self.line_starts[row - 1], self.line_starts
        end = starts[row] - 1 if row < len(starts) else len(self.text)
        return self.text[start:end]

    def at(self, span: Span) -> str:
        """The text of `span`."""
        return self.text[span.start : span.end]
