"""Diagnostics: mistakes as values with a place. `draw` is the one function that makes text.

What `draw` makes of one diagnostic:

    error[D301]: two lines set `translate_z` on frames 100 to 119
      --> canyon.disco:14:9
       |
    12 |         translate_z 10 @ 0..120
       |                          ------ first here
    14 |         translate_z 4 @ 100..200
       |                         ^^^^^^^^ and again here
       = help: make the ranges meet (`120..200`)
"""

from collections.abc import Iterable
from dataclasses import dataclass

from discoscript.text.codes import BY_CODE, Severity
from discoscript.text.source import Source, Span


@dataclass(frozen=True)
class Related:
    """A second place that belongs to the message, with a short label."""

    span: Span
    label: str


@dataclass(frozen=True)
class Fix:
    """Replace `span` by `text`. Safe: the meaning is certainly what was intended."""

    span: Span
    text: str


@dataclass(frozen=True)
class Diagnostic:
    """One message.

    `code` is a row of `codes.CODES`, which gives its severity and slug. `message` says what was
    found: lower case, no full stop, the user's words in backticks. `label` is the short fact at
    the caret. `help` says what to write instead, with a line to paste where there is one.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    help: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None


# ───────────── drawing ─────────────

#: How a tab is drawn in a code frame.
TAB = "    "

#: Invisible characters that belong to the words of some languages, and to emoji.
_JOINERS = "\u200c\u200d"

_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.HINT: "36"}
_BOLD, _BLUE = "1", "34"


def draw(
    diagnostics: Iterable[Diagnostic], source: Source, *, color: bool = False, width: int = 100
) -> str:
    """All diagnostics as text, in the order of their places, with a line that counts them.

    Lines of the script wider than `width` are cut around what is pointed at.
    """
    ordered = sorted(diagnostics, key=lambda diagnostic: diagnostic.span)
    if not ordered:
        return ""
    pen = _Pen(color, width)
    frames = [_frame(diagnostic, source, pen) for diagnostic in ordered]
    return "\n\n".join([*frames, summary(ordered, source.path)]) + "\n"


def summary(diagnostics: Iterable[Diagnostic], path: str) -> str:
    """`canyon.disco: 2 errors, 1 hint`."""
    severities = [severity(diagnostic) for diagnostic in diagnostics]
    counts = [(severities.count(kind), kind) for kind in Severity]
    words = [f"{count} {kind}{'s' if count > 1 else ''}" for count, kind in counts if count]
    return f"{path}: {', '.join(words) or 'no errors'}"


def severity(diagnostic: Diagnostic) -> Severity:
    """What the table of codes says; a code that is in no table is an error."""
    row = BY_CODE.get(diagnostic.code)
    return Severity.ERROR if row is None else row.severity


#: A line of so many widths is never shown whole: to measure it for each of its mistakes takes long.
LONG = 8


@dataclass(frozen=True)
class _Pen:
    """How to write: in colour or not, and how wide."""

    color: bool
    width: int

    def ink(self, text: str, *codes: str) -> str:
        """The text in a colour, if colours are on."""
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self.color and text else text


@dataclass(frozen=True)
class _Mark:
    """A piece of one line to point at: columns counted in characters, from 0.

    `row` counts through all files, `number` is the line in its own.
    """

    row: int
    number: int
    path: str
    start: int
    end: int
    label: str
    primary: bool


def _frame(diagnostic: Diagnostic, source: Source, pen: _Pen) -> str:
    """One diagnostic with its code frame."""
    kind = severity(diagnostic)
    marks = _marks(diagnostic, source)
    gutter = len(str(max(mark.number for mark in marks)))
    head = pen.ink(f"{kind}[{diagnostic.code}]", _COLORS[kind], _BOLD)
    rows = [f"{head}{pen.ink(': ' + _words(diagnostic.message), _BOLD)}"]
    for path in dict.fromkeys(mark.path for mark in marks):  # the file of the mistake is first
        here = [mark for mark in marks if mark.path == path]
        first = next((mark for mark in here if mark.primary), here[0])
        sign = pen.ink("-->" if first.primary else ":::", _BLUE)
        rows.append(f"{' ' * gutter} {sign} {path}:{first.number}:{first.start + 1}")
        rows.append(_row("", "", gutter, pen))
        rows += _rows(here, source, _COLORS[kind], gutter, pen)
    if diagnostic.help:
        rows.append(f"{' ' * gutter} {pen.ink('=', _BLUE)} help: {_words(diagnostic.help)}")
    return "\n".join(rows)


def _rows(marks: list[_Mark], source: Source, tint: str, gutter: int, pen: _Pen) -> list[str]:
    """The marked lines of one file."""
    rows = []
    for row in sorted({mark.row for mark in marks}):
        here = [mark for mark in marks if mark.row == row]
        rows += _line_rows(here[0].number, source.line(row), here, tint, gutter, pen)
    return rows


def _marks(diagnostic: Diagnostic, source: Source) -> list[_Mark]:
    """The places of a diagnostic; one that runs over several lines is marked on its first."""
    places = [(diagnostic.span, diagnostic.label, True)]
    places += [(related.span, related.label, False) for related in diagnostic.related]
    marks = []
    for span, label, primary in places:
        row, (number, column) = source.row(span.start), source.position(span.start)
        last = max(len(source.line(row).rstrip("\r")), column)
        end = min(column - 1 + max(span.end - span.start, 1), last)
        path = source.path_at(span.start)
        marks.append(_Mark(row, number, path, column - 1, end, label, primary))
    return marks


def _row(number: str, text: str, gutter: int, pen: _Pen) -> str:
    return f"{pen.ink(f'{number:>{gutter}} |', _BLUE)} {text}".rstrip()


def _line_rows(
    number: int, line: str, marks: list[_Mark], tint: str, gutter: int, pen: _Pen
) -> list[str]:
    """A line of the script and the marks below it, one row for each label."""
    first, text = _window(line.rstrip("\r"), marks, pen.width - gutter - 3)
    rows = [_row(str(number), _shown(text), gutter, pen)]
    for mark in sorted(marks, key=lambda mark: -mark.start):
        before = _cells(_shown(text[: max(mark.start - first, 0)]))
        under = text[max(mark.start - first, 0) : max(mark.end - first, 0)]
        sign = ("^" if mark.primary else "-") * max(_cells(_shown(under)), 1)
        words = f"{sign} {mark.label}".rstrip()
        inked = pen.ink(words, tint if mark.primary else _BLUE, _BOLD)
        rows.append(_row("", " " * before + inked, gutter, pen))
    return rows


def _window(line: str, marks: list[_Mark], width: int) -> tuple[int, str]:
    """The part of a long line to show, and the character that it begins with."""
    if len(line) < LONG * width and _cells(_shown(line)) <= width:
        return 0, line
    first = max(0, min(mark.start for mark in marks) - width // 3)
    first = 0 if first < width // 6 else first
    last = first + width
    while _cells(_shown(line[first:last])) > width - 1:
        last -= 1
    cut = ("…" if first else "") + line[first + (1 if first else 0) : last]
    return first, cut + ("…" if last < len(line) else "")


def _words(text: str) -> str:
    """A message on one line."""
    return _shown(" ".join(text.splitlines()))


def _shown(text: str) -> str:
    """The text as a terminal can show it: tabs spread, control characters harmless and visible."""
    spread = text.replace("\t", TAB).replace("\ufeff", "")
    if spread.isprintable():
        return spread
    return "".join(c if c.isprintable() or c in _JOINERS else "\ufffd" for c in spread)


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # rarely needed, and not quick to import

    cells: int = wcswidth(text)
    return cells if cells >= 0 else len(text)


__all__ = ["Diagnostic", "Fix", "Related", "Severity", "Source", "draw", "severity", "summary"]
