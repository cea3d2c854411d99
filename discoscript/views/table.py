"""Tables for a terminal: columns that line up, lines no longer than it is wide."""

import shutil
from collections.abc import Iterator, Sequence

from wcwidth import wcswidth

Row = Sequence[str]

#: What a table is fitted to where there is no terminal to ask.
WIDTH = 100

GAP = "  "


def terminal_width() -> int:
    """Columns of the terminal; `COLUMNS` sets it by hand."""
    return max(40, shutil.get_terminal_size((WIDTH, 24)).columns)


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    found: int = wcswidth(text)
    return found if found >= 0 else len(text)


def padded(text: str, width: int) -> str:
    """The text with spaces up to `width` columns."""
    return text + " " * max(0, width - cells(text))


def cut(text: str, width: int) -> str:
    """The text, with `…` in place of what is beyond `width` columns."""
    if cells(text) <= width:
        return text
    while text and cells(text) > width - 1:
        text = text[:-1]
    return f"{text.rstrip()}…" if width > 0 else ""


def table(head: Row, rows: Sequence[Row], width: int, flexible: int | None = None) -> Iterator[str]:
    """The lines of a table. Column `flexible` (the last one) gives way where it is too wide."""
    widths = [max(cells(row[i]) for row in (head, *rows)) for i in range(len(head))]
    give = len(head) - 1 if flexible is None else flexible
    over = sum(widths) + len(GAP) * (len(head) - 1) - width
    if over > 0:
        widths[give] = max(cells(head[give]), 8, widths[give] - over)
    for row in (head, *rows):
        entries = (padded(cut(text, size), size) for text, size in zip(row, widths, strict=True))
        yield cut(GAP.join(entries).rstrip(), width)


def rule(title: str, width: int) -> str:
    """A heading: `── prompts ─────`."""
    return padded(f"── {title} ", 0) + "─" * max(0, min(width, 60) - cells(title) - 4)


def newline_free(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


__all__ = ["cells", "cut", "newline_free", "padded", "rule", "table", "terminal_width"]
