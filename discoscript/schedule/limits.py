"""The values of a drawn curve against the limits of its row, each at the amount that made it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from discoscript.expressions.quantity import Quantity
from discoscript.parameters import Axis, Kind, Parameter
from discoscript.scene.bounds import FINITE, check_bounds, possible, usual
from discoscript.scene.scene import Amount, Claim, Formula, Path, Play, Total, Track, Window
from discoscript.schedule.curve import Canvas, Values, levels_of
from discoscript.schedule.stretches import frames_by_owner
from discoscript.text.report import Report
from discoscript.text.source import Span

#: A frame behind all others.
ENDLESS = 2**62


@dataclass(frozen=True)
class Limits:
    """Checks the tracks of one row."""

    row: Parameter
    canvas: Canvas
    report: Report

    @property
    def what(self) -> str:
        """The unit of the axis."""
        return "step" if self.row.axis is Axis.PROGRESS else "frame"

    def amounts(
        self,
        claims: Sequence[Claim],
        values: Values,
        owner: NDArray[np.int64],
        layered: bool = False,
        begin: int = 0,
    ) -> bool:
        """Whether every amount of the single lines is possible. `layered` ones need only be finite.

        `values` and `owner` are those of the frames from `begin` on.
        """
        good = True
        counts = frames_by_owner(owner, len(claims))
        for claim, here in zip(claims, counts, strict=True):
            frames = here + begin
            if isinstance(claim, Total):
                if len(frames):
                    span = claim.amount.span
                    good = self._varying(values[here], frames, span, layered) and good
                continue
            good = self._claim(claim, frames, layered) and good
        return good

    def _claim(self, claim: Claim, frames: NDArray[np.int64], layered: bool) -> bool:
        """Whether the amounts of a claim are possible; one hint is enough for a claim."""
        good, limits = True, self
        if isinstance(claim, Path) and self._plainly_good(claim):
            return True
        for amount, window, begin, end in amounts_of(claim):
            if isinstance(amount, Formula):
                before = len(self.report.found)
                first, last = np.searchsorted(frames, (begin, end))
                good = limits._amount(amount, window, frames[first:last], layered) and good
                if len(self.report.found) > before:
                    limits = replace(self, row=replace(self.row, typical=None))
        return good

    def _plainly_good(self, claim: Path) -> bool:
        """Whether all keys are written as numbers, and the smallest and largest are usual."""
        known = levels_of(claim)
        if not known:
            return False
        whole = self.row.kind in (Kind.WHOLE, Kind.SEED)
        if whole and not all(number.is_integer() for number in known):
            return False
        ends = min(known), max(known)
        return all(possible(end, self.row) and usual(end, self.row) for end in ends)

    def _amount(
        self, amount: Formula, window: Window, frames: NDArray[np.int64], layered: bool
    ) -> bool:
        """Whether an amount has possible values on the frames where it counts."""
        if not amount.varies or not len(frames):
            at = np.array([min(window.begin, self.canvas.length - 1)])
            value = float(self.canvas.amount(amount, window, at)[0])
            if amount.unit is Quantity.PERCENT and self.row.kind is Kind.STEPS_OR_PERCENT:
                return True  # a share of the steps is whole, and judged with them
            if amount.varies and not np.isfinite(value):
                return True  # it never counts
            if layered and np.isfinite(value):
                return True
            return check_bounds(value, self.row, amount.span, self.report)
        values = self.canvas.amount(amount, window, frames)
        return self._varying(values, frames, amount.span, layered)

    def _varying(
        self, values: Values, frames: NDArray[np.int64], span: Span, layered: bool
    ) -> bool:
        """Reports the first frame with the worst kind of value."""
        endless = ~np.isfinite(values)
        if endless.any():
            at = int(np.argmax(endless))
            self._not_finite(float(values[at]), int(frames[at]), span)
            return False
        for position, value in zip(places(values), extremes(values), strict=True):
            if layered or (possible(value, self.row) and usual(value, self.row)):
                continue
            where = f"at {self.what} {int(frames[position])}"
            return check_bounds(value, self.row, span, self.report, where)
        return True

    def _not_finite(self, value: float, frame: int, span: Span) -> None:
        found = "not a number" if np.isnan(value) else "infinite"
        message = f"the value is {found} at {self.what} {frame}"
        self.report.add("D207", message, span, help=FINITE)

    def result(self, values: Values, track: Track) -> bool:
        """Whether the finished curve is possible everywhere; blames a layer, else the first line.

        Only called when every single amount is possible: what is left is overshooting curves,
        splines, and layers that push a value out.
        """
        lines = [layer.claim for layer in track.layers] or list(track.leaves())
        if not np.isfinite(values).all():
            at = int(np.argmax(~np.isfinite(values)))
            self._not_finite(float(values[at]), at, lines[0].span)
            return False
        for position, value in zip(places(values), extremes(values), strict=True):
            if not possible(value, self.row):
                where = f"at {self.what} {position}"
                return check_bounds(value, self.row, lines[0].span, self.report, where)
        return True


def places(values: Values) -> tuple[int, int]:
    """Where the smallest and the largest value are."""
    return int(np.argmin(values)), int(np.argmax(values))


def extremes(values: Values) -> tuple[float, float]:
    """The smallest and the largest value."""
    low, high = places(values)
    return float(values[low]), float(values[high])


def amounts_of(claim: Claim) -> Iterator[tuple[Amount, Window, int, int]]:
    """The amounts of a claim, each with the clocks that it reads, and the frames it can count on.

    The value of a point counts on the ways that lead to it and from it; the first and last one
    are held before and after.
    """
    if isinstance(claim, Path):
        frames = [point.frame for point in claim.points]
        begins, ends = [0, 0, *frames[1:-1]][: len(frames)], [*frames[1:], ENDLESS]
        for point, begin, end in zip(claim.points, begins, ends, strict=True):
            if point.amount is not None:
                yield point.amount, claim.window, begin, end
    elif not isinstance(claim, Play):
        yield claim.amount, claim.window, 0, ENDLESS
