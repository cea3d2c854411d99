"""Where a line happens: its heads and its `@ ...` -> whole frames, checked against the scene."""

from dataclasses import dataclass, field
from fractions import Fraction

from discoscript.scene.outline import Under
from discoscript.scene.scene import Window
from discoscript.scene.times import (
    Block,
    Times,
    WrongTime,
    count_text,
    round_frames,
)
from discoscript.syntax.syntax import (
    At,
    AtFor,
    AtPoint,
    AtRange,
    Binary,
    Expr,
    FrameHead,
    GroupHead,
    Number,
)
from discoscript.text.diagnostics import Fix
from discoscript.text.report import Report
from discoscript.text.source import Span

#: No script speaks of later frames; where the length is not known, they are left out.
FARTHEST = 1_000_000


@dataclass(frozen=True)
class Everywhere:
    """No time is given: the whole scope."""


@dataclass(frozen=True)
class From:
    """`@ 48`, or a line of `frame 48:`."""

    frame: int


@dataclass(frozen=True)
class During:
    """`@ 0..48`, or a line of `camera @ 0..48:`; `end` is excluded."""

    begin: int
    end: int


Placed = Everywhere | From | During


@dataclass(frozen=True)
class Surroundings:
    """How a line reads times, and when it happens if it does not say so itself."""

    times: Times
    placed: Placed

    def window(self, begin: int, end: int) -> Window:
        """The clocks of a line that happens on `begin` to `end`."""
        block = self.times.block
        last = block.begin if block.end is None else block.end
        return Window(begin, end, (round_frames(block.begin), round_frames(last)))


@dataclass(frozen=True)
class Timeline:
    """Places lines on one axis of a known length; each head is judged once.

    `known` False: lines are missing that may make it longer, so nothing is beyond the end. `what`
    and `longer` put the axis into the messages: `frame`, and how to get more of them.
    """

    outer: Times
    length: int
    report: Report
    what: str = "frame"
    longer: str = "raise `frames`"
    known: bool = True
    heads: dict[Span, Surroundings | None] = field(default_factory=dict)

    def surroundings(self, under: Under) -> Surroundings | None:
        """What the heads above a line make of its times; None: one of them is wrong."""
        here: Surroundings | None = Surroundings(self.outer, Everywhere())
        for head in under.heads:
            span = head.time.span if isinstance(head, FrameHead) else head.name.span
            if span not in self.heads:
                self.heads[span] = here and self._under(head, here)
            here = self.heads[span]
        return here

    def _under(self, head: FrameHead | GroupHead, outer: Surroundings) -> Surroundings | None:
        at = AtPoint(head.time, head.time.span) if isinstance(head, FrameHead) else head.at
        return outer if at is None else self.nested(at, outer)

    def nested(self, at: At, outer: Surroundings) -> Surroundings | None:
        """A block that begins at `at`: its times count from there."""
        placed = self.place(at, outer)
        exact = self._exact(at, outer.times) if placed is not None else None
        if placed is None or exact is None:
            return None
        begin, end = exact
        block = Block(begin, outer.times.block.end if end is None else end)
        return Surroundings(outer.times.within(begin, block), placed)

    def place(self, at: At | None, here: Surroundings) -> Placed | None:
        """When a line happens; None after reporting what is wrong with its time."""
        if at is None:
            return here.placed
        exact = self._exact(at, here.times)
        if exact is None:
            return None
        begin, end = exact
        if end is None:
            frame = round_frames(begin)
            return From(frame) if self._inside(frame, time_span(at), last=self.length - 1) else None
        return self._during(begin, end, at, here.times)

    def _exact(self, at: At, times: Times) -> tuple[Fraction, Fraction | None] | None:
        """Begin and end (None for a point) before rounding."""
        try:
            match at:
                case AtPoint(time=time):
                    return times.point(time), None
                case AtRange(begin=begin, end=end):
                    return times.point(begin), times.point(end)
                case AtFor(begin=begin, length=length):
                    start = times.point(begin)
                    return start, start + times.length(length)
        except WrongTime as wrong:
            self.wrong(wrong)
        return None

    def _during(self, begin: Fraction, end: Fraction, at: At, times: Times) -> During | None:
        if end < begin:
            self._backward(at)
            return None
        placed = During(round_frames(begin), round_frames(end))
        if placed.begin == placed.end:
            self._empty(at, times)
            return None
        limit = placed.end if placed.begin >= 0 else placed.begin
        begins = self.report.text(at.begin.span) if isinstance(at, AtRange | AtFor) else ""
        fitting = f"write `{begins}..end`, or " if placed.begin < self.length else ""
        inside = self._inside(limit, time_span(at), self.length, fitting)
        return placed if inside else None

    def _inside(self, frame: int, span: Span, last: int, fitting: str = "") -> bool:
        """Whether a frame lies between the start and `last` (D303)."""
        fits = frame <= last or not self.known
        if fits and frame > FARTHEST:
            return False
        if frame < 0:
            self.report.add("D303", f"{self.what} {count_text(frame)} is before the start", span)
        elif not fits:
            length = plural(self.length, self.what)
            self.report.add(
                "D303",
                f"{self.what} {count_text(frame)} is beyond the end ({length})",
                span,
                help=self._nearest(last, fitting),
            )
        return fits and frame >= 0

    def _nearest(self, last: int, fitting: str) -> str:
        """What to write instead of a time beyond the end."""
        if not self.longer:
            return f"the last {self.what} is {self.length}"
        if last < self.length:
            return f"the last {self.what} is {last}; for more {self.longer}"
        return f"{fitting}{self.longer}"

    def _backward(self, at: At) -> None:
        if isinstance(at, AtRange):
            turned = f"{self.report.text(at.end.span)}..{self.report.text(at.begin.span)}"
            whole = time_span(at)
            self.report.add(
                "D302",
                "the range ends before it begins",
                whole,
                help=f"write `{turned}`",
                fix=Fix(whole, turned),
            )
        else:
            self.report.add("D302", "this length is negative", time_span(at))

    def _empty(self, at: At, times: Times) -> None:
        fps = times.axis.fps
        if fps is None:
            self.report.add("D312", "this range holds nothing", time_span(at))
            return
        self.report.add(
            "D312",
            f"at {float(fps):g} fps this range holds no frame",
            time_span(at),
            help=f"one frame is {float(1 / fps):.3f} s",
        )

    def key(self, time: Expr, times: Times) -> int | None:
        """The frame of a key; the end itself is allowed, so that a value can lead there."""
        try:
            exact = times.point(time)
        except WrongTime as wrong:
            self.wrong(wrong)
            return None
        frame = round_frames(exact)
        return frame if self._inside(frame, time.span, last=self.length) else None

    def length_of(self, expr: Expr, times: Times) -> int | None:
        """A length in whole frames: of a morph or a fade."""
        try:
            frames = round_frames(times.length(expr))
        except WrongTime as wrong:
            self.wrong(wrong)
            return None
        if frames < 0:
            self.report.add("D302", "this length is negative", expr.span)
            return None
        return frames

    def wrong(self, wrong: WrongTime) -> None:
        """Report a time that makes no sense, unless its cause was reported before."""
        if wrong.code:
            self.report.add(wrong.code, wrong.message, wrong.span, help=wrong.help)


def plural(count: int, word: str) -> str:
    """`1 frame`, `240 frames`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def time_span(at: At) -> Span:
    """The times of an `@`, without the sign."""
    match at:
        case AtPoint(time=time):
            return time.span
        case AtRange(begin=begin, end=end) | AtFor(begin=begin, length=end):
            return Span(begin.span.start, end.span.end)


def looks_like_a_range(at: At) -> bool:
    """`0-120` where `0..120` is meant."""
    return (
        isinstance(at, AtPoint)
        and isinstance(at.time, Binary)
        and at.time.operator == "-"
        and isinstance(at.time.left, Number)
        and isinstance(at.time.right, Number)
    )
