"""Written times -> frames: exact fractions, added up first and rounded once.

A literal (`48`, `2s`, `25%`) counts from the origin of its block; `start` and `end` are points of
the scene. `end - 8s` is a point, `2s + 4` is a length.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Protocol

import numpy as np

from discoscript.expressions.expressions import Clock, Tempo, evaluate, names_in
from discoscript.expressions.lets import Lets
from discoscript.expressions.quantities import Quantities
from discoscript.syntax.syntax import (
    At,
    AtFor,
    AtPoint,
    AtRange,
    Binary,
    Duration,
    Expr,
    Name,
    Negative,
    Number,
    Percent,
    Timecode,
)
from discoscript.text.source import Span

#: Fractions with more digits than this are no times.
MAX_BITS = 8192


@dataclass(frozen=True)
class Block:
    """A stretch of the timeline, in exact frames. `end` None: not known yet."""

    begin: Fraction
    end: Fraction | None


@dataclass(frozen=True)
class Axis:
    """What times are counted in. Progress has a length of 1000 and no seconds (`fps` None)."""

    fps: Fraction | None
    length: Fraction | None
    tempo: Tempo | None = None


@dataclass(frozen=True)
class Moment:
    """A written time: frames, from the origin unless `point`. `musical`: counted in beats."""

    frames: Fraction
    point: bool = False
    musical: bool = False


class Landmarks(Protocol):
    """Names for times. Raises `UnknownEnd` and `WrongTime`."""

    def mark(self, name: str) -> Block:
        """Where a mark lies; of a mark on a point the end is its beginning."""
        ...


class UnknownEnd(Exception):
    """A time depends on the end of the scene, which is not known yet."""


class WrongTime(Exception):
    """A time that makes no sense, with its place and the diagnostic to give (code "" if given)."""

    def __init__(self, code: str, message: str, span: Span, help: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.span, self.help = code, message, span, help


def round_frames(frames: Fraction) -> int:
    """The frame nearest to an exact time; halves go up."""
    above, below = frames.numerator, frames.denominator
    return (2 * above + below) // (2 * below)


def count_text(count: int) -> str:
    """A count in a message; one beyond all reason is not written out."""
    return str(count) if abs(count) < 10**15 else f"{'-' if count < 0 else ''}10^15 and more"


@dataclass(frozen=True)
class Times:
    """Reads times in one block. Raises `UnknownEnd` and `WrongTime`.

    `top`: at the level of the scene, where beat 0 lies at the scene's `beat_offset`.
    """

    axis: Axis
    origin: Fraction
    block: Block
    quantities: Quantities
    landmarks: Landmarks | None = None
    top: bool = False
    cache: dict[str, Moment | Exception] = field(default_factory=dict, compare=False)

    @property
    def lets(self) -> Lets:
        """The names of the script."""
        return self.quantities.lets

    def within(self, origin: Fraction, block: Block) -> "Times":
        """The same axis seen from a nested block."""
        return Times(self.axis, origin, block, self.quantities, self.landmarks)

    def point(self, expr: Expr) -> Fraction:
        """A place on the axis."""
        moment = self.moment(expr)
        if moment.point:
            return moment.frames
        frames, tempo = moment.frames, self.axis.tempo
        if tempo and moment.musical and self.top:
            frames += tempo.offset
        return self.origin + frames if self.origin else frames  # sums of fractions take long

    def section(self, expr: Expr) -> Block | None:
        """The range that a mark names; None for any other time."""
        if not isinstance(expr, Name) or expr.text not in self.lets.marks or not self.landmarks:
            return None
        self.quantities.used.add(expr.text)
        block = self.landmarks.mark(expr.text)
        return block if block.end is None or block.end > block.begin else None

    def extent(self, at: At) -> tuple[Fraction, Fraction | None]:
        """Begin and end of an `@`; the end of a point is None."""
        match at:
            case AtPoint(time=time):
                section = self.section(time)
                return (section.begin, section.end) if section else (self.point(time), None)
            case AtRange(begin=begin, end=end):
                return self.point(begin), self.point(end)
            case AtFor(begin=begin, length=length):
                start = self.point(begin)
                return start, start + self.length(length)

    def length(self, expr: Expr) -> Fraction:
        """A length on the axis."""
        moment = self.moment(expr)
        if moment.point:
            raise WrongTime("D212", "a length is needed here, this is a point in time", expr.span)
        return moment.frames

    def moment(self, expr: Expr) -> Moment:
        """An exact time."""
        match expr:
            case Number():
                return Moment(exact(expr.value))
            case Duration() | Timecode():
                return self._seconds(expr)
            case Percent():
                return Moment(expr.value / 100 * self._block_length())
            case Negative():
                inner = self.moment(expr.operand)
                return Moment(-inner.frames, inner.point, inner.musical)
            case Name():
                return self._name(expr)
            case Binary(operator="+" | "-"):
                return self._sum(expr)
            case Binary(operator="*" | "/"):
                return self._product(expr)
        return self._computed(expr)

    def _block_length(self) -> Fraction:
        if self.block.end is None:
            raise UnknownEnd
        return self.block.end - self.block.begin

    def _seconds(self, expr: Duration | Timecode) -> Moment:
        if self.axis.fps is None:
            raise WrongTime(
                "D306",
                "cutouts run over diffusion progress (0 to 1000), not over time",
                expr.span,
                "write `0..400` or `0..40%`",
            )
        if isinstance(expr, Timecode):
            return Moment(expr.seconds * self.axis.fps + expr.frames)
        if expr.unit != "b":
            return Moment(expr.value * self.axis.fps)
        if self.axis.tempo is None:
            self.quantities.without_tempo(expr)
            raise WrongTime("", "beats need a tempo", expr.span)
        return Moment(expr.value * self.axis.tempo.beat(self.axis.fps), musical=True)

    def _name(self, name: Name) -> Moment:
        text = name.text
        if text in self.lets.exprs:
            self.quantities.used.add(text)
            return self._let(name)
        if text in self.lets.marks:
            self.quantities.used.add(text)
            if self.axis.fps is None or self.landmarks is None:
                raise WrongTime("D306", "a mark is a time, this is diffusion progress", name.span)
            return Moment(self.landmarks.mark(text).begin, point=True)
        if name.parts[0] in self.lets.failed:
            raise WrongTime("", "reported where it is defined", name.span)
        if text == "start":
            return Moment(self.block.begin, point=True)
        if text == "end":
            if self.block.end is None:
                raise UnknownEnd
            return Moment(self.block.end, point=True)
        return self._computed(name)

    def _let(self, name: Name) -> Moment:
        """A `let` as a time; those it needs come first, so that a chain is no deep recursion."""
        for needed in self.lets.needed(name, self.cache):
            self.cache[needed] = self._attempt(needed, name)
        result = self.cache[name.text]
        if isinstance(result, Exception):
            raise result
        return result

    def _attempt(self, needed: str, name: Name) -> Moment | Exception:
        if self.quantities.known.get(needed) is None:
            return WrongTime("", "", name.span)
        try:
            return self.moment(self.lets.exprs[needed])
        except (UnknownEnd, WrongTime) as problem:
            return problem

    def _sum(self, expr: Binary) -> Moment:
        left, right = self.moment(expr.left), self.moment(expr.right)
        musical = left.musical or right.musical
        if expr.operator == "+":
            return Moment(left.frames + right.frames, left.point or right.point, musical)
        return Moment(left.frames - right.frames, left.point and not right.point, musical)

    def _product(self, expr: Binary) -> Moment:
        left, right = self.moment(expr.left), self.moment(expr.right)
        if expr.operator == "*":
            product = left.frames * right.frames
            musical = left.musical or right.musical
            return Moment(small_enough(product, expr), left.point or right.point, musical)
        if right.frames == 0:
            raise WrongTime("D207", "this time is divided by 0", expr.span)
        return Moment(small_enough(left.frames / right.frames, expr), left.point, left.musical)

    def _computed(self, expr: Expr) -> Moment:
        """Functions and powers: computed as a plain number of frames."""
        typed = self.quantities.of(expr)
        if typed is None:
            raise WrongTime("", "", expr.span)
        if typed.varies or typed.quantity.value not in ("a number", "a time"):
            found = "this changes with the frame" if typed.varies else f"this is {typed.quantity}"
            raise WrongTime("D212", f"a time is needed here, {found}", expr.span)
        return Moment(self._constant(expr))

    def _constant(self, expr: Expr) -> Fraction:
        """The value of an expression without clocks."""
        lets = {name: self.lets.exprs[name] for name in self.lets.needed(expr)}
        names = {n.text for part in (expr, *lets.values()) for n in names_in(part)}
        if self.block.end is None and names & {"start", "end"}:
            raise UnknownEnd
        if self.axis.fps is None and "fps" in names:
            raise WrongTime("D306", "diffusion progress has no frames per second", expr.span)
        end = self.block.begin if self.block.end is None else self.block.end
        block = (round_frames(self.block.begin), round_frames(end))
        marks = {n: round_frames(self._mark(n)) for n in names & self.lets.marks}
        fps = self.axis.fps or Fraction(1)
        clock = Clock(np.zeros(1), fps, *block, block, self.axis.tempo, marks=marks)
        value = float(np.ravel(evaluate(expr, lets, clock))[0])
        if not isfinite(value):
            raise WrongTime("D207", "this time is not a finite number", expr.span)
        return exact(value)

    def _mark(self, name: str) -> Fraction:
        if self.landmarks is None:
            raise UnknownEnd
        return self.landmarks.mark(name).begin


def small_enough(frames: Fraction, expr: Expr) -> Fraction:
    """The same fraction; one that multiplying has blown up to thousands of digits is refused."""
    if max(frames.numerator.bit_length(), frames.denominator.bit_length()) > MAX_BITS:
        raise WrongTime("D207", "this time is out of all proportion", expr.span)
    return frames


def exact(value: float) -> Fraction:
    """The decimal that was written: 0.1 is one tenth, not the nearest binary number."""
    if value.is_integer() and abs(value) < 2**53:
        return Fraction(int(value))
    return Fraction(repr(value)) if isfinite(value) else Fraction(0)
