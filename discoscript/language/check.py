"""Syntax -> Scene: what the lines mean, with everything that can be said without computing them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from discoscript.language.amounts import Amounts, shown
from discoscript.language.claims import Claims
from discoscript.language.diagnostics import Diagnostic, Related
from discoscript.language.expressions import names_in
from discoscript.language.files import ProjectFiles
from discoscript.language.fixed import changes, fixed_value
from discoscript.language.lets import Lets, lets_of
from discoscript.language.outline import Entry, Outline, outline
from discoscript.language.parameters import Axis, Kind, Parameter
from discoscript.language.placing import Everywhere, From, Surroundings, Timeline, time_span
from discoscript.language.prompts import Overlong, Prompts
from discoscript.language.quantities import Quantities
from discoscript.language.report import Report
from discoscript.language.scene import Claim, Given, Layer, Scene, Track
from discoscript.language.settings import row_of
from discoscript.language.source import Span
from discoscript.language.syntax import (
    AtPoint,
    Const,
    Cut,
    Expr,
    FrameHead,
    GroupHead,
    Journey,
    Key,
    Listed,
    Number,
    PromptLine,
    Set,
    Syntax,
    Total,
    Value,
)
from discoscript.language.syntax import Layer as WrittenLayer
from discoscript.language.timeline import Extent, Facts
from discoscript.language.times import Axis as TimeAxis
from discoscript.language.times import Block, Times
from discoscript.language.written_line import Line

PROGRESS = TimeAxis(None, Fraction(1000))

#: Kinds that one can add to.
LAYERED = frozenset({Kind.NUMBER, Kind.WHOLE, Kind.PERCENT, Kind.STEPS_OR_PERCENT})

#: How to get more frames where the length follows from the lines.
ANY_LENGTH = "give the scene a `duration`"

#: What these settings say is part of the extent of the scene, read before all others.
EXTENT = frozenset({"scene.fps", "scene.frames", "scene.duration", "scene.mode"})


def check(
    syntax: Syntax,
    files: ProjectFiles | None = None,
    lets: Mapping[str, Expr] | None = None,
    complete: bool = True,
    overlong: Overlong | None = None,
) -> tuple[Scene, tuple[Diagnostic, ...]]:
    """The scene of a script, and what is wrong with it.

    With errors the scene holds what could be understood, so that later stages can say more; it
    must not be rendered. `lets` replaces the values of `let` lines. `complete` False: lines could
    not be parsed, so nothing is said about what is missing. `overlong` knows which words of a
    prompt CLIP does not read.
    """
    report = Report(syntax.source)
    quantities = Quantities(lets_of(syntax.body, lets or {}), report)
    quantities.learn()
    lines = outline(syntax.body)
    lines = replace(lines, complete=lines.complete and complete and all_known(lines))
    amounts = Amounts(quantities, files, report)
    extent = Facts(lines, amounts, report).find()
    scene = Reading(lines, extent, amounts, report, overlong).scene()
    if lines.complete:
        unused_lets(quantities.lets, quantities.used, report)
    return scene, tuple(sorted(set(report.found), key=lambda found: (found.span, found.code)))


def all_known(lines: Outline) -> bool:
    """Whether every setting has a row; one that has none may be the one that is missing."""
    settings = (e for e in lines.entries if isinstance(e.said, Set | WrittenLayer))
    return all(row_of(entry) is not None for entry in settings)


def unused_lets(lets: Lets, used: set[str], report: Report) -> None:
    """Names that nothing needs (D110); what only they need counts as needed."""
    for name, let in lets.statements.items():
        if name not in used and name not in lets.failed and not name.startswith("_"):
            report.add(
                "D110",
                f"`{name}` is never used",
                let.name.span,
                help=f"delete it, or call it `_{name}` to keep it",
            )


@dataclass
class Reading:
    """Reads all lines of an outline against the extent of the scene."""

    lines: Outline
    extent: Extent
    amounts: Amounts
    report: Report
    overlong: Overlong | None = None
    fixed: dict[str, Given] = field(default_factory=dict)
    claims: dict[str, list[Claim]] = field(default_factory=dict)
    layers: dict[str, list[Layer]] = field(default_factory=dict)
    starts: dict[int, Span] = field(default_factory=lambda: {0: Span(0, 0)})
    complete: bool = True

    def __post_init__(self) -> None:
        longer = next(
            (f"raise `{n}`" for n in ("duration", "frames") if self._written(n)), ANY_LENGTH
        )
        axis = TimeAxis(self.extent.fps, Fraction(self.extent.frames))
        self.frames = self._timeline(axis, "frame", longer)
        self.frames = replace(self.frames, known=self.extent.known)
        self.progress = self._timeline(PROGRESS, "step", "")
        self.on_frames = Claims(self.amounts, self.frames, self.report)
        self.on_progress = Claims(self.amounts, self.progress, self.report)
        quantities = self.amounts.quantities
        self.prompts = Prompts(self.on_frames, self.frames, quantities, self.report, self.overlong)
        self.complete = self.lines.complete

    def _written(self, name: str) -> bool:
        return any(
            row is not None and row.key == f"scene.{name}"
            for row in map(row_of, self.lines.entries)
        )

    def _timeline(self, axis: TimeAxis, what: str, longer: str) -> Timeline:
        length = axis.length or Fraction(1)
        outer = Times(axis, Fraction(0), Block(Fraction(0), length), self.amounts.quantities)
        return Timeline(outer, int(length), self.report, what, longer)

    def scene(self) -> Scene:
        """Everything that the lines say, in one value."""
        for entry in self.lines.entries:
            before = len(self.report.found)
            self.complete = self._entry(entry) and self.complete
            if entry.under.loose:  # its time is not known, so only its names and values count
                said = [found for found in self.report.found[before:] if found.code[1] in "126"]
                self.report.found[before:] = said
        for head in self.lines.frames:
            here = self.frames.heads.get(head.time.span)
            if here is not None:
                self.prompts.read_morph(head, here)
        keys = self.claims.keys() | self.layers.keys()
        return Scene(
            self.report.source,
            self.extent.fps,
            self.extent.frames,
            self.extent.mode,
            self.amounts.quantities.lets,
            self.fixed,
            {k: Track(tuple(self.claims.get(k, ())), tuple(self.layers.get(k, ()))) for k in keys},
            self.prompts.finish(self.starts),
            tuple(self.prompts.ranged),
            tuple(sorted(start for start in self.starts if start < self.extent.frames)),
            self.complete,
        )

    def _entry(self, entry: Entry) -> bool:
        """Read one line; whether it was understood."""
        said = entry.said
        if isinstance(said, Set | WrittenLayer):
            row = row_of(entry)
            return row is not None and self._setting(entry, said, row)
        here = self.frames.surroundings(entry.under)
        if here is None:
            return False
        if isinstance(said, PromptLine):
            return self.prompts.add(entry, said, here)
        return self._cut(said, here, entry.under.loose)

    def _cut(self, said: Cut, here: Surroundings, loose: bool) -> bool:
        if said.at is not None and not isinstance(said.at, AtPoint):
            written = self.report.text(said.at.begin.span)
            help = f"write `cut @ {written}`"
            self.report.add(
                "D201", "a cut is one frame, this is a range", time_span(said.at), help=help
            )
            return False
        frame = self.frames.place(said.at, here)
        if frame is None or loose:
            return False
        begin = frame.frame if isinstance(frame, From) else 0
        self.starts.setdefault(begin, said.span)
        return True

    # ───────────── settings ─────────────

    def _setting(self, entry: Entry, said: Set | WrittenLayer, row: Parameter) -> bool:
        if row.axis is Axis.FIXED:
            return self._fixed(entry, said, row)
        timeline, reader = self.frames, self.on_frames
        under = entry.under
        if row.axis is Axis.PROGRESS:
            timeline, reader = self.progress, self.on_progress
            if self._on_the_wrong_axis(entry, row):
                return False
        here = timeline.surroundings(under)
        if here is None:
            return False
        if isinstance(said, WrittenLayer) and row.kind not in LAYERED:
            self._no_layer(said, row)
            return False
        claim = reader.read(Line(row.name, row, said.value, said.when, said.span), here)
        if claim is None or under.loose:
            return False
        if isinstance(said, WrittenLayer):
            self.layers.setdefault(row.key, []).append(Layer(said.operator, claim))
        else:
            self.claims.setdefault(row.key, []).append(claim)
        return True

    def _no_layer(self, said: WrittenLayer, row: Parameter) -> None:
        self.report.add(
            "D201",
            f"`{said.operator}` needs a number, `{row.name}` is a {row.kind}",
            said.name.span,
            help=f"give it a value of its own: `{row.name} {shown(row.default)}`",
        )

    def _on_the_wrong_axis(self, entry: Entry, row: Parameter) -> bool:
        """Cutouts are the same on every frame: no `frame 48:`, no clocks of the scene (D306)."""
        frames = [h for h in entry.under.heads if isinstance(h, FrameHead) and not _is_zero(h.time)]
        values = entry.said.value if isinstance(entry.said, Set | WrittenLayer) else None
        names = [n for expr in (_expressions(values) if values else ()) for n in names_in(expr)]
        clocks = [name for name in names if name.text in ("frame", "seconds", "elapsed")]
        span = frames[0].time.span if frames else clocks[0].span if clocks else None
        if span is None:
            return False
        help = "use `t`, which goes from 0 to 1 over the range" if clocks and not frames else ""
        self.report.add(
            "D306",
            f"`{row.name}` runs over diffusion progress (0 to 1000), not over time",
            span,
            help=help or f"take `{row.name}` out of this block; it holds for every frame",
        )
        return True

    def _fixed(self, entry: Entry, said: Set | WrittenLayer, row: Parameter) -> bool:
        span = self._moving_part(entry, said)
        if span is not None:
            changes(row, self.amounts, span, "this makes it change")
            return False
        if row.key in EXTENT:
            return True
        here = Surroundings(self.frames.outer, Everywhere())
        value = fixed_value(said.value, row, self.amounts, here.times)
        if value is None or entry.under.loose:
            return row.default is None and value is None
        earlier = self.fixed.get(row.key)
        if earlier is not None and row.group != "scene":
            self._twice(row, earlier.span, said.span)
        self.fixed.setdefault(row.key, Given(value, said.value.span))
        return True

    def _twice(self, row: Parameter, first: Span, second: Span) -> None:
        self.report.add(
            "D301",
            f"two lines set `{row.name}`",
            second,
            "and again here",
            help="keep one of them",
            related=(Related(first, "first here"),),
        )

    def _moving_part(self, entry: Entry, said: Set | WrittenLayer) -> Span | None:
        """What makes a fixed setting change: a time, an ease, a layer, a block with a time."""
        when = said.when
        for head in entry.under.heads:
            if isinstance(head, GroupHead) and head.at is not None:
                return time_span(head.at)
            if isinstance(head, FrameHead) and not _is_zero(head.time):
                return head.time.span
        if when.at is not None:
            return time_span(when.at)
        if when.ease is not None:
            return when.ease.span
        return said.span if isinstance(said, WrittenLayer) else None


def _is_zero(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 0


def _expressions(value: Value) -> tuple[Expr, ...]:
    """The expressions of a value, its times left out."""
    match value:
        case Const(expr=expr) | Total(expr=expr):
            return (expr,)
        case Journey(begin=begin, end=end):
            return (end,) if begin is None else (begin, end)
        case Listed(entries=entries):
            return tuple(entry.value if isinstance(entry, Key) else entry for entry in entries)
