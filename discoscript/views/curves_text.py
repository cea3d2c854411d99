"""A chart in the terminal: curves in braille dots, prompts as bars, a time axis."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from discoscript.terminal import counted
from discoscript.views.chart import Chart, Ribbon, Strip, ticks, whole_ticks
from discoscript.views.table import cells, cut, padded
from discoscript.views.words import shown

#: Rows of characters of one curve; each has four rows of dots.
ROWS = 3

#: Columns left of the curves, for the extremes.
MARGIN = 9

#: The dots of a braille character, by column (0, 1) and row (0 is the top one).
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

#: Weights from weak to strong.
SHADES = "░▒▓█"

#: ANSI colours (of 256) that are legible on light and on dark.
COLORS = (33, 172, 35, 169, 99, 37, 131, 106)
FAINT, RED = 245, 167


def curve_lines(chart: Chart, width: int, color: bool) -> Iterator[str]:
    """The chart, fitted to `width` columns."""
    columns = max(10, width - MARGIN)
    yield _title(chart, width)
    for number, strip in enumerate(chart.strips):
        ink = COLORS[number % len(COLORS)]
        yield ""
        yield _ink(cut(_head(strip), width), ink, color)
        yield from _band(strip, chart, columns, ink, color)
    if not chart.strips:
        yield ""
        yield "nothing changes over the frames"
    yield ""
    yield from _axis(chart, columns, color)
    for ribbon in chart.ribbons:
        yield from _ribbon(ribbon, columns, width, color)


def _title(chart: Chart, width: int) -> str:
    length = float(chart.frames / chart.fps)
    return cut(f"{chart.title}: {counted(chart.frames, 'frame')}, {round(length, 2):g} s", width)


def _head(strip: Strip) -> str:
    return f"{padded('', MARGIN)}{strip.key}" + (f"  {strip.unit}" if strip.unit else "")


def _ink(text: str, number: int, color: bool) -> str:
    return f"\x1b[38;5;{number}m{text}\x1b[0m" if color and text.strip() else text


def _band(strip: Strip, chart: Chart, columns: int, ink: int, color: bool) -> Iterator[str]:
    """The rows of one curve, the extremes beside the first and the last."""
    labels = [shown(strip.high), *[""] * (ROWS - 2), shown(strip.low)]
    for label, row in zip(labels, braille(strip.share, columns, ROWS, strip.stepped), strict=True):
        edge = "┤" if label else "│"
        yield f"{cut(label, MARGIN - 2):>{MARGIN - 2}} {edge}" + _ink(row, ink, color)


def braille(
    share: NDArray[np.float64], columns: int, rows: int, stepped: bool = False
) -> list[str]:
    """A curve of shares 0 to 1 as `rows` lines of `columns` braille characters.

    `stepped`: each value holds until the next, else the way between them is straight.
    """
    across, down = columns * 2, rows * 4
    at = np.arange(across) * len(share) / across
    straight = np.interp(at, np.arange(len(share)), share)
    level = share[at.astype(int)] if stepped else straight
    y = np.rint((1 - level) * (down - 1)).astype(int)
    grid = np.zeros((rows, columns), dtype=int)
    before = int(y[0])
    for x, here in enumerate(y.tolist()):
        low, high = sorted((here, before + (here > before) - (here < before)))
        for dot in range(low, high + 1):
            grid[dot // 4, x // 2] |= DOTS[x % 2][dot % 4]
        before = here
    return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in grid.tolist()]


def _column(frame: float, frames: int, columns: int) -> int:
    return min(columns - 1, int(frame / max(1, frames) * columns))


def _axis(chart: Chart, columns: int, color: bool) -> Iterator[str]:
    """Starts of segments and new prompts, frames, seconds."""
    marks = [" "] * columns
    for frame in chart.turns:
        marks[_column(frame, chart.frames, columns)] = "◆"
    for frame in chart.starts[1:]:
        marks[_column(frame, chart.frames, columns)] = "▼"
    named = [n for n, have in (("▼ cut", chart.starts[1:]), ("◆ new prompt", chart.turns)) if have]
    if named:
        yield padded("", MARGIN) + _ink("   ".join(named), FAINT, color)
        yield padded("", MARGIN) + "".join(marks).rstrip()
    most = max(2, columns // 10)
    frames = whole_ticks(chart.frames, most)
    rule = ["─"] * columns
    for frame in frames:
        rule[_column(frame, chart.frames, columns)] = "┬"
    yield padded("", MARGIN - 1) + "└" + "".join(rule)
    yield _numbers("frame", frames, [str(f) for f in frames], chart, columns)
    length = float(chart.frames / chart.fps)
    places = ticks(length, most)
    labels = [f"{place:g}s" for place in places]
    yield _numbers("time", [p * float(chart.fps) for p in places], labels, chart, columns)


def _numbers(
    name: str, frames: Sequence[float], labels: Sequence[str], chart: Chart, columns: int
) -> str:
    """A row of numbers, each below its place; those that do not fit are left out."""
    row = [" "] * columns
    free = 0
    for frame, label in zip(frames, labels, strict=True):
        at = min(_column(frame, chart.frames, columns), columns - len(label))
        if at >= free:
            row[at : at + len(label)] = label
            free = at + len(label) + 1
    return f"{name:>{MARGIN - 2}}  {''.join(row).rstrip()}"


def _ribbon(ribbon: Ribbon, columns: int, width: int, color: bool) -> Iterator[str]:
    """A bar, dark where the prompt is strong, and its words below."""
    edges = np.linspace(0, len(ribbon.share), columns + 1)
    bar = []
    for a, b in pairwise(edges):
        part = ribbon.share[int(a) : max(int(a) + 1, int(np.ceil(b)))]
        strength = float(np.abs(part).max(initial=0.0))
        bar.append(SHADES[min(3, int(strength * 4))] if strength else " ")
    low, high = ribbon.extremes
    weight = shown(low) if low == high else f"to {shown(low if high <= 0 else high)}"
    ink = RED if high <= 0 else FAINT
    yield ""
    yield f"{cut(weight, MARGIN - 2):>{MARGIN - 2}} │" + _ink("".join(bar).rstrip(), ink, color)
    begin = _column(int(ribbon.frames[0]), len(ribbon.share), columns)
    room = min(cells(ribbon.text), columns)
    indent = max(0, min(begin, columns - room))
    yield padded("", MARGIN + indent) + cut(ribbon.text, width - MARGIN - indent)
