"""Where a line happens: its heads and its `@ ...` -> whole frames, checked against the scene."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import lt
from typing import TypeVar

from discoscript.scene.outline import Timed, Under
from discoscript.scene.scene import Window
from discoscript.scene.times import (
    Block,
    Times,
    UnknownEnd,
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
    Duration,
    Expr,
    FrameHead,
    GroupHead,
    Number,
    Percent,
    Played,
    ShotHead,
    Timecode,
)
from discoscript.text.diagnostics import Fix, Related
from discoscript.text.report import Report
from discoscript.text.source import Span

Part = TypeVar("Part")
Exact = TypeVar("Exact")

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
class Scope:
    """The frames that facts hold for: the whole scene, a shot, or what a `use` plays.

    `span` is the place of the head; None for the scene.
    """

    begin: int
    end: int
    title: str = ""
    span: Span | None = None
    played: bool = False


@dataclass(frozen=True)
class Surroundings:
    """How a line reads times, when it happens if it does not say so itself, and in which scopes.

    `scopes` go from the scene inwards.
    """

    times: Times
    placed: Placed
    scopes: tuple[Scope, ...]

    @property
    def scope(self) -> Scope:
        """The innermost scope."""
        return self.scopes[-1]

    def window(self, begin: int, end: int) -> Window:
        """The clocks of a line that happens on `begin` to `end`."""
        block = self.times.block
        last = block.begin if block.end is None else block.end
        return Window(begin, end, (round_frames(block.begin), round_frames(last)))


@dataclass(frozen=True)
class Timeline:
    """Places lines on one axis of a known length; each head is judged once.

    `known` False: lines are missing that may make it longer, so nothing is beyond the end. `what`
    and `longer` put the axis into the messages: `frame`, and how to get more of them. `shots` are
    the shots of the scene by the place of their heads; None: its time is not known.
    """

    outer: Times
    length: int
    report: Report
    what: str = "frame"
    longer: str = "raise `frames`"
    known: bool = True
    shots: Mapping[Span, Block | None] = field(default_factory=dict)
    heads: dict[tuple[Span, ...], Surroundings | None] = field(default_factory=dict)

    @property
    def scene(self) -> Surroundings:
        """What stands in no block."""
        return Surroundings(self.outer, Everywhere(), (Scope(0, self.length),))

    def surroundings(self, under: Under) -> Surroundings | None:
        """What the heads above a line make of its times; None: one of them is wrong."""
        if under.path not in self.heads:
            here: Surroundings | None = self.scene
            for deep, head in enumerate(under.heads, 1):
                path = under.path[:deep]
                if path not in self.heads:
                    self.heads[path] = here and self._under(head, here)
                here = self.heads[path]
            self.heads[under.path] = here
        return self.heads[under.path]

    def _under(self, head: Timed, outer: Surroundings) -> Surroundings | None:
        match head:
            case FrameHead(time=time):
                return self._frame(time, outer)
            case GroupHead(at=at):
                return outer if at is None else self.nested(at, outer)
            case ShotHead():
                return self._shot(head, outer)
            case Played():
                return self._played(head, outer)

    def _frame(self, time: Expr, outer: Surroundings) -> Surroundings | None:
        """`frame 48:`; of a mark that names a section the beginning counts."""
        begin = self._read(outer.times.point, time)
        if begin is None:
            return None
        frame = round_frames(begin)
        if not self._inside(frame, time.span, outer.scope, last=1):
            return None
        times = outer.times.within(begin, Block(begin, outer.times.block.end))
        return Surroundings(times, From(frame), outer.scopes)

    def _shot(self, head: ShotHead, outer: Surroundings) -> Surroundings | None:
        """The frames of a shot; its time was judged with those of all shots."""
        block = self.shots.get(head.span)
        if block is None or block.end is None:
            return None
        scope = Scope(
            round_frames(block.begin), round_frames(block.end), head.title.value, head.span
        )
        times = outer.times.within(block.begin, block)
        return Surroundings(times, Everywhere(), (*outer.scopes, scope))

    def _played(self, head: Played, outer: Surroundings) -> Surroundings | None:
        """The frames on which a move is played: its own, else those of the block around it."""
        inside = outer if head.at is None else self.nested(head.at, outer)
        if inside is None:
            return None
        begin, end = whole(inside.placed, inside)
        block = inside.times.block
        if isinstance(inside.placed, From | Everywhere) and round_frames(block.begin) != begin:
            block = Block(Fraction(begin), block.end)
        scope = Scope(begin, end, head.name, head.span, played=True)
        times = inside.times.within(block.begin, block)
        return Surroundings(times, Everywhere(), (*inside.scopes, scope))

    def nested(self, at: At, outer: Surroundings) -> Surroundings | None:
        """A block that begins at `at`: its times count from there."""
        placed = self.place(at, outer)
        exact = self._exact(at, outer.times) if placed is not None else None
        if placed is None or exact is None:
            return None
        begin, end = exact
        block = Block(begin, outer.times.block.end if end is None else end)
        return Surroundings(outer.times.within(begin, block), placed, outer.scopes)

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
            return From(frame) if self._inside(frame, time_span(at), here.scope, last=1) else None
        return self._during(begin, end, at, here)

    def _exact(self, at: At, times: Times) -> tuple[Fraction, Fraction | None] | None:
        """Begin and end (None for a point) before rounding."""
        return self._read(times.extent, at)

    def _read(self, read: Callable[[Part], Exact], part: Part) -> Exact | None:
        """What a part of a time is; None after reporting what is wrong with it."""
        try:
            return read(part)
        except WrongTime as wrong:
            self.wrong(wrong)
        except UnknownEnd:  # of a shot that was reported
            pass
        return None

    def _during(self, begin: Fraction, end: Fraction, at: At, here: Surroundings) -> During | None:
        if end < begin:
            self._backward(at)
            return None
        placed = During(round_frames(begin), round_frames(end))
        if placed.begin == placed.end:
            self._empty(at, here.times)
            return None
        scope = here.scope
        limit = placed.end if placed.begin >= scope.begin else placed.begin
        begins = self.report.text(at.begin.span) if isinstance(at, AtRange | AtFor) else ""
        fitting = f"write `{begins}..end`, or " if placed.begin < scope.end else ""
        inside = self._inside(limit, time_span(at), scope, fitting=fitting)
        return placed if inside else None

    def _inside(
        self, frame: int, span: Span, scope: Scope, last: int = 0, fitting: str = ""
    ) -> bool:
        """Whether a frame lies in a scope (D303); `last` 1 leaves out the end itself."""
        end = scope.end - last
        fits = frame <= end or (not self.known and scope.span is None)
        if fits and frame > FARTHEST:
            return False
        if scope.played and (not fits or frame < scope.begin):
            self._does_not_fit(frame, span, scope)
        elif scope.span is not None:
            self._in_shot(frame, span, scope, fits, fitting)
        elif frame < 0:
            self.report.add("D303", f"{self.what} {count_text(frame)} is before the start", span)
        elif not fits:
            length = plural(self.length, self.what)
            self.report.add(
                "D303",
                f"{self.what} {count_text(frame)} is beyond the end ({length})",
                span,
                help=self._nearest(end, fitting),
            )
        return fits and frame >= scope.begin

    def _in_shot(self, frame: int, span: Span, scope: Scope, fits: bool, fitting: str) -> None:
        """D303 for a time outside of its shot; frames are counted from the shot's start."""
        title, length = shortened(scope.title), plural(scope.end - scope.begin, self.what)
        own = count_text(frame - scope.begin)
        if frame < scope.begin:
            self.report.add("D303", f'{self.what} {own} is before the start of "{title}"', span)
        elif not fits:
            self.report.add(
                "D303",
                f'{self.what} {own} is beyond the end of "{title}" ({length})',
                span,
                help=f"{fitting}make the shot longer",
                related=(Related(scope.span, "this shot"),) if scope.span else (),
            )

    def _does_not_fit(self, frame: int, span: Span, scope: Scope) -> None:
        """D303 at a `use` whose range is too short for its move; once for each."""
        assert scope.span is not None
        if any(found.code == "D303" and found.span == scope.span for found in self.report.found):
            return
        needed = plural(abs(frame - scope.begin), self.what)
        message = f"`{scope.title}` needs {needed}, its range has {scope.end - scope.begin}"
        help = "give the `use` a longer range, or write percents in the move: `@ 0..50%`"
        if frame < scope.begin:
            message, help = f"`{scope.title}` begins before its own start", ""
        self.report.add(
            "D303", message, scope.span, help=help, related=(Related(span, "this does not fit"),)
        )

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

    def key(self, time: Expr, here: Surroundings) -> int | None:
        """The frame of a key; the end itself is allowed, so that a value can lead there."""
        exact = self._read(here.times.point, time)
        if exact is None:
            return None
        frame = round_frames(exact)
        return frame if self._inside(frame, time.span, here.scope) else None

    def plain_keys(self, frames: Sequence[int], here: Surroundings) -> tuple[int, ...] | None:
        """The frames of keys at plain numbers; None unless they rise and all are in the scope."""
        origin = round_frames(here.times.origin)  # a whole number is added, so it can be rounded
        at = tuple(origin + frame for frame in frames) if origin else tuple(frames)
        rising = all(map(lt, at, at[1:]))
        scope, most = here.scope, FARTHEST if self.known else -1
        return at if rising and scope.begin <= at[0] and at[-1] <= min(scope.end, most) else None

    def length_of(self, expr: Expr, times: Times) -> int | None:
        """A length in whole frames: of a morph or a fade."""
        exact = self._read(times.length, expr)
        if exact is None:
            return None
        frames = round_frames(exact)
        if frames < 0:
            self.report.add("D302", "this length is negative", expr.span)
            return None
        return frames

    def wrong(self, wrong: WrongTime) -> None:
        """Report a time that makes no sense, unless its cause was reported before."""
        if wrong.code:
            self.report.add(wrong.code, wrong.message, wrong.span, help=wrong.help)


def whole(placed: Placed, here: Surroundings) -> tuple[int, int]:
    """The frames of a line that needs no range of its own."""
    begin, end = here.window(0, 0).block
    match placed:
        case During():
            return placed.begin, placed.end
        case From(frame=frame):
            return frame, max(end, frame + 1)
        case Everywhere():
            return begin, end


def shortened(title: str, width: int = 30) -> str:
    """A title for a message."""
    return title if len(title) <= width else f"{title[: width - 1]}…"


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


_LITERALS = (Number, Duration, Percent, Timecode)


def looks_like_a_range(at: At) -> bool:
    """`0-120` where `0..120` is meant; also `0s-4s` and `0-50%`, but not `2s - 12`."""
    if not isinstance(at, AtPoint) or not isinstance(at.time, Binary) or at.time.operator != "-":
        return False
    left, right = at.time.left, at.time.right
    if not isinstance(left, _LITERALS) or not isinstance(right, _LITERALS):
        return False
    return type(left) is type(right) or (isinstance(left, Number) and left.value == 0)
