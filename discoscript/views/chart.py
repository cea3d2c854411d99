"""What a picture of a schedule shows: curves, prompts, and where segments start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import BY_KEY
from discoscript.schedule.difference import Difference, Piece, matched
from discoscript.schedule.runs import changes
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import printable
from discoscript.views.values import Choice, matches
from discoscript.views.words import unit_in

#: Distances between ticks that are easy to count in.
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Strip:
    """A parameter over the frames, shape (frames,); `low` and `high` are its extremes.

    `before` are its values in another version of the script, NaN where that has none; None where
    nothing is compared.
    """

    key: str
    unit: str
    values: NDArray[np.float64]
    low: float
    high: float
    before: NDArray[np.float64] | None = None

    @property
    def share(self) -> NDArray[np.float64]:
        """The values from 0 (lowest) to 1 (highest); 0.5 where there is no difference."""
        return self.scaled(self.values)

    def scaled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values as shares of the way from the lowest to the highest."""
        if self.high == self.low:
            return np.where(np.isnan(values), np.nan, 0.5)
        return np.asarray((values - self.low) / (self.high - self.low))

    @property
    def stepped(self) -> bool:
        """Whether it only jumps: it never moves on three frames in a row."""
        moved = self.values[1:] != self.values[:-1]
        return not bool((moved[:-2] & moved[1:-1] & moved[2:]).any())


@dataclass(frozen=True)
class Ribbon:
    """A prompt over the frames: its weight, and the same from -1 to 1, both (frames,)."""

    text: str
    weight: NDArray[np.float64]
    share: NDArray[np.float64]

    @property
    def frames(self) -> NDArray[np.int64]:
        """The frames on which it pulls."""
        return np.flatnonzero(self.share)

    @property
    def extremes(self) -> tuple[float, float]:
        """Its smallest and its largest weight, where it pulls."""
        pulls = self.weight[self.frames]
        return float(pulls.min()), float(pulls.max())


@dataclass(frozen=True)
class Chart:
    """Everything that is drawn. `starts` begin a segment, `turns` are frames of new prompts.

    `shots` are their titles, first frames and ends.
    """

    title: str
    frames: int
    fps: Fraction
    strips: tuple[Strip, ...]
    ribbons: tuple[Ribbon, ...]
    starts: tuple[int, ...]
    turns: tuple[int, ...]
    shots: tuple[tuple[str, int, int], ...] = ()


def chart(schedule: Schedule, title: str, patterns: Sequence[str] = ()) -> Chart:
    """The chart of a schedule: what changes, or the parameters that `patterns` name."""
    keys = Choice(0, schedule.frames, tuple(patterns)).keys(schedule)
    strips = (_strip(schedule, key) for key in keys)
    ribbons = _ribbons(schedule)
    begins = {int(ribbon.frames[0]) for ribbon in ribbons}
    turns = tuple(sorted(begins - set(schedule.starts)))
    shown = tuple(s for s in strips if s is not None and (s.low != s.high or patterns))
    return Chart(
        printable(title),
        schedule.frames,
        schedule.fps,
        shown,
        ribbons,
        schedule.starts,
        turns,
        tuple((printable(shot.title), shot.begin, shot.end) for shot in schedule.shots),
    )


def compared_chart(old: Schedule, new: Schedule, title: str, found: Difference) -> Chart:
    """The chart of the new schedule with what differs alone, and what the old one has there."""
    keys = dict.fromkeys(each.key for each in found.moving)
    pieces = matched(old, new)
    strips = (_compared(_strip(old, key), _strip(new, key), pieces) for key in keys)
    drawn = chart(new, title)
    return replace(drawn, strips=tuple(strip for strip in strips if strip is not None))


def _compared(old: Strip | None, new: Strip | None, pieces: Sequence[Piece]) -> Strip | None:
    """A strip with the values of an older one on the frames that stand for each other."""
    if old is None or new is None:
        return None
    before = np.full(len(new.values), np.nan)
    for piece in pieces:
        length = piece.end - piece.first
        before[piece.first : piece.end] = old.values[piece.old : piece.old + length]
    low, high = np.fmin(new.low, np.nanmin(before)), np.fmax(new.high, np.nanmax(before))
    return replace(new, low=float(low), high=float(high), before=before)


def drawable(schedule: Schedule, pattern: str) -> bool:
    """Whether a pattern names a number that has a value at every frame."""
    return any(_strip(schedule, key) is not None for key in BY_KEY if matches(key, pattern))


def _strip(schedule: Schedule, key: str) -> Strip | None:
    """None where the values are no numbers."""
    values = schedule.frames_of.get(key)
    if values is None or values.dtype.kind not in "ifb":
        return None
    numbers = values.astype(np.float64)
    unit = unit_in(BY_KEY[key].unit, schedule.mode)
    return Strip(key, unit, numbers, float(numbers.min()), float(numbers.max()))


def _ribbons(schedule: Schedule) -> tuple[Ribbon, ...]:
    """The prompts that ever pull, in the order in which they come."""
    rows = [(row, np.where(row.present, row.weight, 0.0)) for row in schedule.prompts]
    rows = [(row, weight) for row, weight in rows if weight.any()]
    most = max((float(np.abs(weight).max()) for _, weight in rows), default=1.0)
    found = [Ribbon(printable(row.text), weight, weight / most) for row, weight in rows]
    return tuple(sorted(found, key=lambda ribbon: (int(ribbon.frames[0]), ribbon.text)))


def ticks(length: float, most: int) -> tuple[float, ...]:
    """At most about `most` round places from 0 up to `length`."""
    if length <= 0 or most < 1:
        return (0.0,)
    size = 10.0 ** np.floor(np.log10(max(length / most, 1e-9)))
    steps = [size * step for step in (*STEPS, 10)]
    step = next((s for s in steps if length / s <= most), steps[-1])
    return tuple(float(step * i) for i in range(int(length / step + 1e-9) + 1))


def whole_ticks(frames: int, most: int) -> tuple[int, ...]:
    """The same for frames, which are whole."""
    return tuple(sorted({round(t) for t in ticks(frames, most)}))


def pieces(ribbon: Ribbon) -> tuple[tuple[int, int], ...]:
    """The unbroken stretches on which a prompt pulls, end excluded."""
    here = ribbon.share != 0
    edges = [0, *changes(here).tolist(), len(here)]
    return tuple((a, b) for a, b in pairwise(edges) if here[a])
