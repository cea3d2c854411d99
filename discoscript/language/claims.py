"""One line about a setting that may change -> a claim on some frames."""

from dataclasses import dataclass, replace

from discoscript.language import suggest
from discoscript.language.amounts import Amounts, word_of
from discoscript.language.diagnostics import Fix, Related
from discoscript.language.easing import EASINGS
from discoscript.language.fixed import number
from discoscript.language.parameters import Axis, Kind, Parameter
from discoscript.language.placing import (
    During,
    Everywhere,
    From,
    Placed,
    Surroundings,
    Timeline,
    looks_like_a_range,
    time_span,
)
from discoscript.language.report import Report
from discoscript.language.scene import LINEAR, Claim, Ease, Hold, Path, Point, Total, Visit
from discoscript.language.source import Span
from discoscript.language.syntax import (
    AtPoint,
    Const,
    Expr,
    Journey,
    Key,
    Listed,
    Value,
    When,
)
from discoscript.language.syntax import Ease as WrittenEase
from discoscript.language.syntax import Total as WrittenTotal

#: The row that stands for the numbers after the name of a curve.
EASE_NUMBER = Parameter("ease", "curve", Kind.NUMBER, None, "")


ALL_CURVES = (
    "the curves are linear, hold, smooth, steps, bezier, and in, out, in-out, alone or with "
    "-quad -cubic -quart -quint -expo -circ -back -elastic -bounce"
)


@dataclass(frozen=True)
class Line:
    """What a claim is read from: the parts that settings, layers and prompts share."""

    name: str
    row: Parameter
    value: Value
    when: When
    span: Span

    @property
    def mark(self) -> Span:
        """Where messages about its frames point: its time, or the whole line."""
        return time_span(self.when.at) if self.when.at else self.span


@dataclass(frozen=True)
class Claims:
    """Reads lines on one timeline."""

    amounts: Amounts
    timeline: Timeline
    report: Report

    def read(self, line: Line, here: Surroundings) -> Claim | None:
        """The claim of a line, or None after reporting what is wrong with it."""
        if self._minus(line):
            return None
        match line.value:
            case Const(expr=expr):
                return self._constant(line, expr, here)
            case Journey():
                return self._journey(line, line.value, here)
            case WrittenTotal(expr=expr):
                return self._total(line, expr, here)
            case Listed():
                return self._keys(line, line.value, here)

    def _minus(self, line: Line) -> bool:
        at = line.when.at
        if at is None or not looks_like_a_range(at) or not isinstance(at, AtPoint):
            return False
        written = self.report.text(at.time.span)
        turned = "..".join(part.strip() for part in written.split("-"))
        self.report.add(
            "D308",
            f"`{written}` is a subtraction",
            at.time.span,
            help=f"a range is written `{turned}`",
            fix=Fix(at.time.span, turned),
        )
        return True

    # ───────────── one value ─────────────

    def _constant(self, line: Line, expr: Expr, here: Surroundings) -> Claim | None:
        amount = self.amounts.read(expr, line.row)
        placed = self.timeline.place(line.when.at, here)
        ease = self.ease(line.when.ease)
        if amount is None or placed is None or ease is None or not self._may_ease(line, placed):
            return None
        if isinstance(placed, During):
            fade = self._fade(line, here)
            window = here.window(placed.begin, placed.end)
            return Visit(amount, placed.begin, placed.end, fade, ease, window, line.mark)
        begin, end = whole(placed, here)
        step = isinstance(placed, From)
        return Hold(amount, begin, step, here.window(begin, end), line.mark)

    def _may_ease(self, line: Line, placed: Placed) -> bool:
        """An ease needs something that moves: a journey, keys, a total or a fade (D322)."""
        when = line.when
        if when.fade is not None and not isinstance(placed, During):
            self.report.add(
                "D322",
                "a fade needs a range to fade in and out of",
                when.fade.span,
                help=f"add one: `{line.name} ... @ 0..48 fade {self.report.text(when.fade.span)}`",
            )
            return False
        if when.ease is None or when.fade is not None:
            return True
        written = self.report.text(line.value.span)
        self.report.add(
            "D322",
            f"`{line.name}` does not move here, so there is nothing to ease",
            when.ease.span,
            help=f"to move there write `-> {written}`"
            + (f", to spread it write `by {written}`" if line.row.per_frame else ""),
        )
        return False

    def _fade(self, line: Line, here: Surroundings) -> int:
        if line.when.fade is None:
            return 0
        if not line.row.glides:
            self._cannot_glide(line, None, None)
            return 0
        return self.timeline.length_of(line.when.fade, here.times) or 0

    # ───────────── values that move ─────────────

    def _journey(self, line: Line, journey: Journey, here: Surroundings) -> Claim | None:
        if not line.row.glides:
            self._cannot_glide(line, journey.begin, journey.end)
            return None
        placed = self.timeline.place(line.when.at, here)
        ease = self.ease(line.when.ease)
        first = self.amounts.read(journey.begin, line.row) if journey.begin else None
        last = self.amounts.read(journey.end, line.row)
        if placed is not None and not isinstance(placed, During):
            self._from_when_to_when(line)
            return None
        if placed is None or ease is None or last is None or (journey.begin and first is None):
            return None
        self._no_fade(line)
        points = (
            Point(placed.begin, first, LINEAR, (journey.begin or journey.end).span),
            Point(placed.end, last, ease, journey.end.span),
        )
        return Path(points, True, here.window(placed.begin, placed.end), line.mark)

    def _from_when_to_when(self, line: Line) -> None:
        written = self.report.text(line.value.span)
        self.report.add(
            "D307",
            "from when to when?",
            line.when.at.span if line.when.at else line.value.span,
            help=f"add a range: `{line.name} {written} @ 0..2s`",
        )

    def _cannot_glide(self, line: Line, begin: Expr | None, end: Expr | None) -> None:
        row = line.row
        words = [f"`{w}`" for w in (begin and word_of(begin), end and word_of(end)) if w]
        between = f" between {' and '.join(words)}" if len(words) == 2 else ""
        target = self.report.text((end or begin or line.value).span)
        if row.axis is Axis.SEGMENT:
            help = f"it only counts where a segment starts: set it there, `{row.name} {target}`"
        elif end is not None:
            help = f"switch at a frame: `{line.name} {target} @ 24`"
        else:
            help = f"switch at frames: `{line.name} ... @ 24`"
        message = f"`{line.name}` has no values{between or ' between two values'}"
        self.report.add("D206", message, line.value.span, help=help)

    def _no_fade(self, line: Line) -> None:
        if line.when.fade is not None:
            self.report.add(
                "D322",
                "this moves by itself, a fade has no meaning here",
                line.when.fade.span,
                help="delete the fade, or shape the way with `ease`",
            )

    def _total(self, line: Line, expr: Expr, here: Surroundings) -> Claim | None:
        if not line.row.per_frame:
            written = self.report.text(expr.span)
            prompt = line.row.group == "prompt"
            self.report.add(
                "D321",
                f"`by` spreads a movement over frames; `{line.name}` is no movement",
                line.value.span,
                help=f"the weight is a number: `prompt ... {written}`"
                if prompt
                else f"write `{line.name} -> {written} @ 0..2s`",
            )
            return None
        placed = self.timeline.place(line.when.at, here)
        ease = self.ease(line.when.ease)
        row = replace(line.row, per_frame=False, typical=None, unit="")
        total = self.amounts.read(expr, row)
        if placed is None or ease is None or total is None:
            return None
        if number(expr, replace(row, axis=Axis.FIXED), self.amounts) is None:
            return None
        self._no_fade(line)
        begin, end = whole(placed, here)
        return Total(total, begin, end, ease, here.window(begin, end), line.mark)

    # ───────────── keys ─────────────

    def _keys(self, line: Line, listed: Listed, here: Surroundings) -> Claim | None:
        if not self._all_keys(line, listed):
            return None
        if not line.row.glides:
            self._cannot_glide(line, None, None)
            return None
        inside = self._origin(line, here)
        default = self.ease(line.when.ease)
        if inside is None or default is None:
            return None
        points = [self._key(key, line, inside, default) for key in listed.entries]
        good = [point for point in points if point is not None]
        if len(good) < len(points) or not self._distinct(line, good):
            return None
        self._no_fade(line)
        ordered = tuple(sorted(good, key=lambda point: point.frame))
        window = here.window(ordered[0].frame, max(ordered[-1].frame, ordered[0].frame + 1))
        return Path(ordered, False, window, line.mark)

    def _all_keys(self, line: Line, listed: Listed) -> bool:
        plain = [entry for entry in listed.entries if not isinstance(entry, Key)]
        if listed.entries and not plain:
            return True
        if len(plain) < len(listed.entries):
            self.report.add(
                "D209",
                "this list mixes keys (`0: 1`) with plain values",
                plain[0].span,
                "plain value",
                help="give every entry a time",
            )
        else:
            self.report.add(
                "D209",
                f"`{line.name}` takes one value, or keys with their times",
                listed.span,
                help=f"give every entry a time: `{line.name} [0: 1, 24: 1.05]`",
            )
        return False

    def _origin(self, line: Line, here: Surroundings) -> Surroundings | None:
        """Keys with a time of their own count from it."""
        return here if line.when.at is None else self.timeline.nested(line.when.at, here)

    def _key(self, key: Key | Expr, line: Line, here: Surroundings, default: Ease) -> Point | None:
        assert isinstance(key, Key)
        frame = self.timeline.key(key.time, here.times)
        amount = self.amounts.read(key.value, line.row)
        ease = self.ease(key.ease) if key.ease else default
        if frame is None or amount is None or ease is None:
            return None
        return Point(frame, amount, ease, key.time.span)

    def _distinct(self, line: Line, points: list[Point]) -> bool:
        seen: dict[int, Point] = {}
        for point in points:
            if point.frame in seen:
                self.report.add(
                    "D304",
                    f"two keys at {self.timeline.what} {point.frame}",
                    point.span,
                    "second key",
                    help=f"keep one; for a jump write two journeys that meet at {point.frame}",
                    related=(Related(seen[point.frame].span, "first key"),),
                )
                return False
            seen[point.frame] = point
        return True

    # ───────────── curves ─────────────

    def ease(self, written: WrittenEase | None) -> Ease | None:
        """The curve of the table; None after reporting that there is none."""
        if written is None:
            return LINEAR
        row = EASINGS.get(written.name)
        if row is None:
            close = suggest.did_you_mean(written.name, EASINGS)
            self.report.add(
                "D107",
                f"there is no curve `{written.name}`",
                written.span,
                help=close or ALL_CURVES,
            )
            return None
        return self._curve(written, row.parameters)

    def _curve(self, written: WrittenEase, parameters: tuple[str, ...]) -> Ease | None:
        given = [argument.value for argument in written.arguments]
        if len(given) != len(parameters) or any(a.name for a in written.arguments):
            usage = f"{written.name}({', '.join(parameters)})" if parameters else written.name
            self.report.add(
                "D114",
                f"the curve `{written.name}` takes {len(parameters) or 'no'} "
                f"value{'s' if len(parameters) != 1 else ''}",
                written.span,
                help=f"write `ease {usage}`",
            )
            return None
        numbers = [
            number(expr, curve_row(written.name, parameter), self.amounts)
            for expr, parameter in zip(given, parameters, strict=True)
        ]
        known = [float(value) for value in numbers if value is not None]
        return Ease(written.name, tuple(known)) if len(known) == len(numbers) else None


def curve_row(curve: str, parameter: str) -> Parameter:
    """What may stand in the parentheses of a curve."""
    if curve == "steps":
        return replace(EASE_NUMBER, name=parameter, kind=Kind.WHOLE, hard=(1, 10_000))
    if parameter in ("x1", "x2"):
        return replace(EASE_NUMBER, name=parameter, hard=(0, 1))
    return replace(EASE_NUMBER, name=parameter)


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
