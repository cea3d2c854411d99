"""One line about a setting that may change -> a claim on some frames."""

from dataclasses import dataclass, replace
from functools import lru_cache

from discoscript.parameters import Axis, Kind, Parameter
from discoscript.scene.amounts import Amounts, word_of
from discoscript.scene.fixed import number
from discoscript.scene.percents import is_plain_list, percents
from discoscript.scene.placing import (
    During,
    From,
    Placed,
    Surroundings,
    Timeline,
    looks_like_a_range,
    whole,
)
from discoscript.scene.scene import LINEAR, Amount, Claim, Formula, Hold, Path, Point, Total, Visit
from discoscript.scene.written_curves import WrittenCurves
from discoscript.scene.written_keys import WrittenKeys
from discoscript.scene.written_line import Line
from discoscript.syntax.syntax import (
    AtPoint,
    Const,
    Expr,
    Journey,
    Listed,
)
from discoscript.syntax.syntax import Total as WrittenTotal
from discoscript.text.diagnostics import Fix
from discoscript.text.report import Report


@lru_cache
def total_row(row: Parameter) -> Parameter:
    """What the number after `by` may be: one for the whole way, however large."""
    return replace(row, per_frame=False, typical=None, unit="", axis=Axis.FIXED)


@dataclass(frozen=True)
class Claims:
    """Reads lines on one timeline."""

    amounts: Amounts
    timeline: Timeline
    report: Report

    @property
    def curves(self) -> WrittenCurves:
        """Reads what follows `ease`."""
        return WrittenCurves(self.amounts, self.report)

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
            case Listed() if line.row.kind is Kind.PERCENTS and is_plain_list(line.value):
                return self._constant(line, line.value, here)
            case Listed():
                return self._listed(line, line.value, here)

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

    def _amount(self, line: Line, value: Expr | Listed) -> Amount | None:
        if isinstance(value, Listed) or line.row.kind is Kind.PERCENTS:
            return percents(value, line.row, self.amounts)
        return self.amounts.read(value, line.row)

    def _constant(self, line: Line, value: Expr | Listed, here: Surroundings) -> Claim | None:
        amount = self._amount(line, value)
        placed = self.timeline.place(line.when.at, here)
        ease = self.curves.read(line.when.ease)
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

    def _listed(self, line: Line, listed: Listed, here: Surroundings) -> Claim | None:
        reader = WrittenKeys(self.amounts, self.timeline, self.report)
        if not reader.are_keys(line, listed):
            return None
        if not line.row.glides:
            self._cannot_glide(line, None, None)
            return None
        self._no_fade(line)
        return reader.path(line, listed, here)

    def _journey(self, line: Line, journey: Journey, here: Surroundings) -> Claim | None:
        if not line.row.glides:
            self._cannot_glide(line, journey.begin, journey.end)
            return None
        placed = self.timeline.place(line.when.at, here)
        ease = self.curves.read(line.when.ease)
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
        ease = self.curves.read(line.when.ease)
        row = total_row(line.row)
        total = self.amounts.read(expr, row)
        if placed is None or ease is None or total is None:
            return None
        if isinstance(total, Formula) and total.varies:
            message = "`by` takes one total, this changes with the frame"
            help = f"without `by` the value of each frame may change: `{line.name} ...`"
            self.report.add("D212", message, expr.span, help=help)
            return None
        if number(expr, row, self.amounts) is None:
            return None
        self._no_fade(line)
        begin, end = whole(placed, here)
        return Total(total, begin, end, ease, here.window(begin, end), line.mark)
