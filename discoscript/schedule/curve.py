"""The claims on one setting -> its value at every frame, and which claim gave it.

Strong claims cover weak ones, of the weak ones the latest start counts, and before a first path
its first value holds back. See `language.scene` for the words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.expressions.expressions import Clock, Tempo, evaluate, written_number
from discoscript.expressions.lets import Lets
from discoscript.expressions.quantity import Quantity
from discoscript.parameters import Resolved
from discoscript.scene.overlaps import holds_back, strong, weak_from
from discoscript.scene.plain_points import PlainPoints
from discoscript.scene.scene import (
    LINEAR,
    Amount,
    Claim,
    Ease,
    Formula,
    Hold,
    Path,
    Plain,
    Play,
    Point,
    Total,
    Visit,
    Window,
    leaves_of,
)
from discoscript.schedule.stretches import frames_by_owner

Values = NDArray[Any]
Frames = NDArray[np.int64]

#: The owner of a frame on which no claim speaks.
NOBODY = -1


@dataclass(frozen=True)
class Canvas:
    """What curves are drawn on: an axis of `length` frames, and how to compute on it.

    `factor`: amounts multiply, so a speed per second is a root and a total a product. `whole` is
    what a percent is a share of, for settings that take a number or a percent: an array (length,).
    `previous` is the last value of the shot before, at every frame: an array (length,). `steady`
    keeps what was computed of amounts that do not change, by their identity and `factor`.
    """

    length: int
    fps: Fraction
    lets: Lets
    starts: tuple[int, ...] = (0,)
    tempo: Tempo | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    factor: bool = False
    whole: NDArray[np.int64] | None = None
    previous: NDArray[np.float64] | None = None
    steady: dict[tuple[int, bool], float] = field(default_factory=dict, compare=False)

    def amount(self, amount: Amount, window: Window, frames: Frames) -> Values:
        """An amount at some frames, shape (len(frames),): floats, or objects for plain values."""
        if isinstance(amount, Plain):
            found = np.empty(len(frames), dtype=object)
            found.fill(amount.value)
            return found
        if not amount.varies and not self._is_share(amount):
            return np.full(len(frames), self._steady(amount, window))
        return self._computed(amount, window, frames)

    def _steady(self, amount: Formula, window: Window) -> float:
        """The number that an amount is on every frame, computed once."""
        number = written(amount)
        if number is not None:
            return number
        key = (id(amount), self.factor)
        if key not in self.steady:
            value = self._computed(amount, window, np.array([window.begin]))
            self.steady[key] = float(value[0])
        return self.steady[key]

    def _computed(self, amount: Formula, window: Window, frames: Frames) -> Values:
        lets = {name: self.lets.exprs[name] for name in self.lets.needed(amount.expr)}
        clock = Clock(
            frames.astype(np.float64),
            self.fps,
            window.begin,
            window.end,
            window.block,
            recordings=self.lets.recordings,
            tempo=self.tempo,
            marks=self.marks,
            previous=self._previous(window, frames),
        )
        value = np.broadcast_to(evaluate(amount.expr, lets, clock), frames.shape)
        with np.errstate(all="ignore"):
            return self._in_frames(value, amount.unit, frames)

    def _previous(self, window: Window, frames: Frames) -> Values:
        """What `previous` is at some frames; a key at the end of a shot still belongs to it."""
        if self.previous is None:
            return np.asarray(np.nan)
        first, end = window.block
        inside = np.clip(frames, first, max(end - 1, first))
        return np.asarray(self.previous[np.minimum(inside, self.length - 1)])

    def _in_frames(self, value: Values, unit: Quantity, frames: Frames) -> Values:
        fps = float(self.fps)
        if unit is Quantity.RATE:
            return np.power(value, 1 / fps) if self.factor else value / fps
        if unit is Quantity.PERCENT and self.whole is not None:
            return np.rint(value / 100 * self.whole[frames])
        return np.array(value)

    def number(self, amount: Amount | None, window: Window) -> float | None:
        """The number that an amount is on every frame; None if it changes, or is none."""
        if not isinstance(amount, Formula) or self._is_share(amount):
            return None
        return None if amount.varies else self._steady(amount, window)

    def _is_share(self, amount: Formula) -> bool:
        return self.shares(amount.unit)

    def shares(self, unit: Quantity) -> bool:
        """Whether an amount is a percent of something that may change with the frame."""
        return self.whole is not None and unit is Quantity.PERCENT


@dataclass(frozen=True)
class Drawn:
    """The frames from `begin` on: their values, and which line gave each.

    `owner` is the number of a single line, or NOBODY; `under` is what would be there without the
    strong claims. All of one shape.
    """

    begin: int
    values: Values
    owner: NDArray[np.int64]
    under: Values


#: The numbers of single lines, by the identity of their claims.
Numbers = Mapping[int, int]


def numbered(leaves: Sequence[Claim], first: int = 0) -> Numbers:
    """Numbers for single lines, from `first` on."""
    return {id(claim): first + number for number, claim in enumerate(leaves)}


def draw(
    claims: Sequence[Claim],
    canvas: Canvas,
    rest: Resolved | Values,
    stretch: tuple[int, int] | None = None,
    numbers: Numbers | None = None,
) -> Drawn:
    """The values of a setting on a stretch of frames; `rest` where no claim speaks."""
    begin, end = stretch or (0, canvas.length)
    if numbers is None:
        numbers = numbered([leaf for claim in claims for leaf in leaves_of(claim)])
    weak = weak_owner(claims, begin, end)
    under = background(claims, rest, end - begin)
    owner = np.full(end - begin, NOBODY)
    for index, here in enumerate(frames_by_owner(weak, len(claims)) if claims else ()):
        if len(here):
            under[here] = held(claims[index], canvas, here + begin)
            owner[here] = numbers[id(claims[index])]
    drawn = Drawn(begin, under.copy() if claims else under, owner, under)
    for claim in claims:
        if isinstance(claim, Play):
            play(claim, canvas, drawn, numbers)
        elif (span := strong(claim)) is not None:
            first, last = max(span[0], begin), min(span[1], end)
            if first < last:
                moved = slice(first - begin, last - begin)
                frames = np.arange(first, last)
                with np.errstate(all="ignore"):  # what is not finite is reported with its frame
                    drawn.values[moved] = moving(claim, claims, canvas, frames, drawn, weak)
                owner[moved] = numbers[id(claim)]
    return drawn


def background(claims: Sequence[Claim], rest: Resolved | Values, count: int) -> Values:
    """`rest` on every frame, as floats, or as objects where values are no numbers."""
    leaves = (leaf for claim in claims for leaf in leaves_of(claim))
    plain = any(isinstance(c, Hold | Visit) and isinstance(c.amount, Plain) for c in leaves)
    if isinstance(rest, np.ndarray):
        return rest.astype(object) if plain else rest.copy()
    number = isinstance(rest, int | float) and not isinstance(rest, bool) and not plain
    found: Values = np.empty(count, dtype=np.float64 if number else object)
    found.fill(rest)
    return found


def play(claim: Play, canvas: Canvas, drawn: Drawn, numbers: Numbers) -> None:
    """Put what a move says into what is drawn, where one of its lines speaks."""
    begin, end = drawn.begin, drawn.begin + len(drawn.values)
    stretch = max(claim.begin, begin), min(claim.end, end)
    if stretch[0] >= stretch[1]:
        return
    here = slice(stretch[0] - begin, stretch[1] - begin)
    inside = draw(claim.claims, canvas, drawn.under[here], stretch, numbers)
    put(inside, drawn.values[here], drawn.owner[here])


def put(inside: Drawn, values: Values, owner: NDArray[np.int64]) -> None:
    """Let what is drawn count in `values` and `owner`, two views of its frames."""
    said = inside.owner != NOBODY
    values[said] = inside.values[said]
    owner[said] = inside.owner[said]


def weak_owner(claims: Sequence[Claim], begin: int, end: int) -> NDArray[np.int64]:
    """Which claim holds at each frame of a stretch, strong claims left out."""
    held_from = sorted(
        (start, index)
        for index, claim in enumerate(claims)
        if (start := weak_from(claim)) is not None
    )
    owner = np.full(end - begin, NOBODY)
    ends = [*(start for start, _ in held_from[1:]), end]
    for (start, index), until in zip(held_from, ends, strict=False):
        owner[max(start - begin, 0) : max(until - begin, 0)] = index
    first = first_path(claims)
    if first is not None:
        owner[: max(claims[first].begin - begin, 0)] = first
    return owner


def first_path(claims: Sequence[Claim]) -> int | None:
    """The path that holds back to the beginning: the first claim, if it is a path with a value."""
    begins = [
        (claim.begin, isinstance(claim, Path), index)
        for index, claim in enumerate(claims)
        if isinstance(claim, Hold | Path)
    ]
    if not begins:
        return None
    _, is_path, index = min(begins)
    return index if is_path and holds_back(claims) else None


def held(claim: Claim, canvas: Canvas, frames: Frames) -> Values:
    """What a weak claim says: a hold its value, a path its first value before, its last after."""
    if isinstance(claim, Hold):
        return canvas.amount(claim.amount, claim.window, frames)
    assert isinstance(claim, Path)
    first, last = claim.points[0].amount, claim.points[-1].amount
    assert last is not None
    if first is None or len(frames) == 0 or frames[0] >= claim.begin:
        return canvas.amount(last, claim.window, frames)
    before = frames < claim.begin
    return np.concatenate(
        [
            canvas.amount(first, claim.window, frames[before]),
            canvas.amount(last, claim.window, frames[~before]),
        ]
    )


def moving(
    claim: Claim,
    claims: Sequence[Claim],
    canvas: Canvas,
    frames: Frames,
    drawn: Drawn,
    weak: NDArray[np.int64],
) -> Values:
    """What a strong claim says on its frames, which follow one another."""
    under = drawn.under[frames[0] - drawn.begin :][: len(frames)]
    match claim:
        case Visit():
            return visit(claim, canvas, frames, under)
        case Total():
            return total(claim, canvas, frames)
        case Path():
            here = weak[max(claim.begin - drawn.begin, 0)]
            start = (
                np.full(len(frames), under[0])
                if here == NOBODY
                else held(claims[here], canvas, frames)
            )
            return path(claim, canvas, frames, start)
    raise TypeError("a hold is not strong")


def visit(claim: Visit, canvas: Canvas, frames: Frames, under: Values) -> Values:
    """The visit's value, faded in from and out to what is under it."""
    value = canvas.amount(claim.amount, claim.window, frames)
    if claim.fade == 0:
        return value
    inside = np.minimum(frames - claim.begin, claim.end - frames) / claim.fade
    share = claim.ease.curve()(np.clip(inside, 0.0, 1.0))
    return np.asarray(under + (value - under) * share)


def total(claim: Total, canvas: Canvas, frames: Frames) -> Values:
    """Amounts that add up (or multiply) to the total.

    A frame that starts a segment has nothing to move: it passes its share on to the others.
    """
    amounts = np.full(len(frames), 1.0 if canvas.factor else 0.0)
    moved = np.ones(len(frames), dtype=bool)
    starts = np.array(canvas.starts, dtype=np.int64)
    moved[starts[(starts >= frames[0]) & (starts <= frames[-1])] - frames[0]] = False
    count = int(moved.sum())
    if count:
        shares = np.diff(claim.ease.curve()(np.arange(count + 1) / count))
        whole = canvas.amount(claim.amount, claim.window, frames[:1])[0]
        amounts[moved] = whole**shares if canvas.factor else whole * shares
    return amounts


def path(claim: Path, canvas: Canvas, frames: Frames, start: Values) -> Values:
    """From point to point; both ends of each way may change while it is gone."""
    if isinstance(claim.points, PlainPoints) and not canvas.shares(claim.points.unit):
        return keys(claim, np.array(claim.points.levels), frames)
    levels = [canvas.number(point.amount, claim.window) for point in claim.points]
    known = [level for level in levels if level is not None]
    if len(known) == len(levels):
        return keys(claim, np.array(known), frames)
    values = np.empty(len(frames))
    points = claim.points
    for index in range(len(points) - 1):
        a, b = np.searchsorted(frames, (points[index].frame, points[index + 1].frame))
        if a < b:
            values[a:b] = way(claim, index, canvas, frames[a:b], start[a:b])
    return values


def written(amount: Amount) -> float | None:
    """The number that is written, if an amount is just that: it is the same on every frame."""
    return written_number(amount.expr) if isinstance(amount, Formula) else None


def finite(values: Values) -> NDArray[np.float64]:
    """The values as floats; what is none of them was reported, and is 0 or very large."""
    floats = np.asarray(values, dtype=np.float64)
    return floats if np.isfinite(floats).all() else np.nan_to_num(floats)


def levels_of(claim: Path) -> Sequence[float]:
    """The values of a path's points where all that are given are written as numbers, else none."""
    if isinstance(claim.points, PlainPoints):
        return claim.points.levels
    numbers = [written(point.amount) for point in claim.points if point.amount is not None]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else ()


def keys(claim: Path, level: Values, frames: Frames) -> Values:
    """A path whose values are numbers, one for each point, all its ways at once."""
    at, eases, numbers = columns(claim.points)
    values = straight(at, level, frames)
    if all(ease == LINEAR for ease in eases):
        return values
    index = np.clip(np.searchsorted(at, frames, side="right") - 1, 0, len(at) - 2)
    kinds = numbers[1:][index]
    smooth = np.array([ease.name == "smooth" for ease in eases])[numbers]
    for number, ease in enumerate(eases):
        if ease != LINEAR:
            here = np.flatnonzero(kinds == number)
            values[here] = eased(ease, smooth, at, level, frames[here], index[here])
    return values


def columns(points: Sequence[Point]) -> tuple[Frames, tuple[Ease, ...], NDArray[np.int64]]:
    """The frames of points, the eases that there are, and which of them leads to each point."""
    if isinstance(points, PlainPoints):
        return np.array(points.at), points.eases, np.array(points.kinds)
    eases = tuple(dict.fromkeys(point.ease for point in points))
    numbers = np.array([eases.index(point.ease) for point in points])
    return np.array([point.frame for point in points]), eases, numbers


def straight(at: Frames, level: Values, frames: Frames) -> Values:
    """Straight ways between keys, as Disco Diffusion computes them, to the bit.

    These are the steps of `np.interp`, which looks every frame up; frames that follow one another
    need no looking up.
    """
    if not len(frames) or frames[-1] - frames[0] != len(frames) - 1 or at[0] > frames[0]:
        return np.interp(frames, at, level)
    edges = np.clip(at, frames[0], frames[-1] + 1)
    counts = np.diff(edges)
    if counts.sum() != len(frames):  # the last key and what comes after it
        return np.interp(frames, at, level)
    values = np.repeat(at[:-1].astype(np.float64), counts)
    np.subtract(frames, values, out=values)
    values *= np.repeat(np.diff(level) / np.diff(at), counts)
    values += np.repeat(level[:-1], counts)
    return values


def eased(
    ease: Ease, smooth: NDArray[np.bool_], at: Frames, level: Values, frames: Frames, index: Frames
) -> Values:
    """The values at frames of ways with one ease; `index` is the way of each frame, `smooth` says
    which points are arrived at smoothly."""
    first, last = level[index], level[index + 1]
    length = at[index + 1] - at[index]
    u = (frames - at[index]) / length
    if ease.name == "smooth":
        leave, arrive = slopes(smooth, at, level, index)
        return cubic(u, first, last, leave * length, arrive * length)
    return np.asarray(first + (last - first) * ease.curve()(u))


def slopes(
    smooth: NDArray[np.bool_], at: Frames, level: Values, index: Frames
) -> tuple[Values, Values]:
    """How steeply each frame's way leaves its first key and arrives at its last one."""
    steep = np.zeros(len(at))
    rise = (level[2:] - level[:-2]) / (at[2:] - at[:-2])
    steep[1:-1] = np.where(smooth[1:-1] & smooth[2:], rise, 0.0)
    return steep[index], steep[index + 1]


def way(claim: Path, index: int, canvas: Canvas, frames: Frames, start: Values) -> Values:
    """The way from point `index` to the next one."""
    a, b = claim.points[index : index + 2]
    first = start if a.amount is None else canvas.amount(a.amount, claim.window, frames)
    assert b.amount is not None
    last = canvas.amount(b.amount, claim.window, frames)
    u = (frames - a.frame) / (b.frame - a.frame)
    if b.ease.name == "smooth":
        return spline(claim, index, canvas, u, first, last)
    return np.asarray(first + (last - first) * b.ease.curve()(u))


def spline(
    claim: Path, index: int, canvas: Canvas, u: Values, first: Values, last: Values
) -> Values:
    """A cubic through the keys: at rest at the first and last, else with the neighbours' slope."""
    a, b = claim.points[index : index + 2]
    length = b.frame - a.frame
    leave = slope(claim, index, canvas) * length
    arrive = slope(claim, index + 1, canvas) * length
    return cubic(u, first, last, leave, arrive)


def cubic(
    u: Values, first: Values, last: Values, leave: Values | float, arrive: Values | float
) -> Values:
    """From `first` to `last` with a slope at either end, over u from 0 to 1."""
    return np.asarray(
        first * (1 - u) ** 2 * (1 + 2 * u)
        + last * u**2 * (3 - 2 * u)
        + leave * u * (1 - u) ** 2
        - arrive * u**2 * (1 - u)
    )


def slope(claim: Path, index: int, canvas: Canvas) -> float:
    """How steeply a spline passes a key: 0 where it ends or another curve joins."""
    points = claim.points
    if not 0 < index < len(points) - 1:
        return 0.0
    before, here, after = points[index - 1 : index + 2]
    if before.amount is None or {here.ease.name, after.ease.name} != {"smooth"}:
        return 0.0
    rise = at_frame(after, claim, canvas) - at_frame(before, claim, canvas)
    return rise / (after.frame - before.frame)


def at_frame(point: Point, claim: Path, canvas: Canvas) -> float:
    """The value of a key at its own frame."""
    assert point.amount is not None
    return float(canvas.amount(point.amount, claim.window, np.array([point.frame]))[0])
