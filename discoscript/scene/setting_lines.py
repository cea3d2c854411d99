"""Lines about settings: one value for the render, or claims on frames or on diffusion progress."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from discoscript.expressions.expressions import nodes_of
from discoscript.parameters import Axis, Kind, Parameter
from discoscript.scene.amounts import Amounts, shown
from discoscript.scene.claims import Claims
from discoscript.scene.fixed import changes, fixed_value
from discoscript.scene.outline import Entry
from discoscript.scene.placing import Scope, Surroundings, time_span, whole
from discoscript.scene.scene import Given, Layer, OwnSeed, ShotTrack, Track
from discoscript.scene.scoping import Scoped, gathered, within
from discoscript.scene.written_line import Line, expressions_of, no_previous
from discoscript.syntax.syntax import (
    Duration,
    Expr,
    FrameHead,
    GroupHead,
    Name,
    Number,
    Played,
    Set,
    ShotHead,
    Timecode,
)
from discoscript.syntax.syntax import Layer as WrittenLayer
from discoscript.text.diagnostics import Related
from discoscript.text.report import Report
from discoscript.text.source import Span

#: Kinds that one can add to.
LAYERED = frozenset({Kind.NUMBER, Kind.WHOLE, Kind.PERCENT, Kind.STEPS_OR_PERCENT})

#: What these settings say is part of the extent of the scene, read before all others.
EXTENT = frozenset({"scene.fps", "scene.frames", "scene.duration", "scene.mode"})


@dataclass(frozen=True)
class SettingLines:
    """Collects the lines about settings."""

    amounts: Amounts
    on_frames: Claims
    on_progress: Claims
    report: Report
    fixed: dict[str, Given] = field(default_factory=dict)
    claims: dict[str, list[Scoped]] = field(default_factory=dict)
    layers: dict[str, list[Layer]] = field(default_factory=dict)
    seeds: dict[int, OwnSeed] = field(default_factory=dict)

    def tracks(self) -> Mapping[str, Track]:
        """What was said about each setting that may change."""
        keys = self.claims.keys() | self.layers.keys()
        return {key: self._track(key) for key in sorted(keys)}

    def _track(self, key: str) -> Track:
        """The claims on one setting, those of shots apart."""
        outside: list[Scoped] = []
        shots: dict[Scope, list[Scoped]] = {}
        for scoped in self.claims.get(key, ()):
            first = scoped.scopes[0] if scoped.scopes else None
            if first is None or first.played:
                outside.append(scoped)
            else:
                inside = Scoped(scoped.scopes[1:], scoped.claim)
                shots.setdefault(first, []).append(inside)
        tracks = (
            ShotTrack(shot.begin, shot.end, shot.title, gathered(lines))
            for shot, lines in sorted(shots.items(), key=lambda item: item[0].begin)
        )
        return Track(gathered(outside), tuple(self.layers.get(key, ())), tuple(tracks))

    def add(self, entry: Entry, said: Set | WrittenLayer, row: Parameter) -> bool:
        """Read one line; False after reporting what is wrong with it."""
        if row.axis is Axis.FIXED:
            return self._fixed(entry, said, row)
        under, reader = entry.under, self.on_frames
        if row.axis is Axis.PROGRESS:
            reader = self.on_progress
            if self._on_the_wrong_axis(entry, said, row):
                return False
        here = reader.timeline.surroundings(under)
        if here is None:
            return False
        if isinstance(said, WrittenLayer) and row.kind not in LAYERED:
            self._no_layer(said, row)
            return False
        claim = reader.read(Line(row.name, row, said.value, said.when, said.span), here)
        if claim is None or under.loose:
            return False
        if self._nothing_before(said, here):
            return False
        scopes = here.scopes[1:]  # what is left are shots and moves
        if isinstance(said, WrittenLayer):
            layer = Layer(said.operator, within(scopes[-1:], claim))
            self.layers.setdefault(row.key, []).append(layer)
        else:
            self.claims.setdefault(row.key, []).append(Scoped(scopes, claim))
        return True

    def _nothing_before(self, said: Set | WrittenLayer, here: Surroundings) -> bool:
        """`previous` where no shot lies before this one, or where it is added (D118)."""
        if "previous" not in self.report.source.text:
            return False  # most scripts have no need to be looked through
        lets = self.amounts.quantities.lets
        spoken = (e for e in expressions_of(said.value) if lets.reach(e, "previous"))
        expr = next(spoken, None)
        shot = next((s for s in here.scopes if s.span is not None and not s.played), None)
        layer = isinstance(said, WrittenLayer)
        if expr is None or (shot is not None and shot.begin > 0 and not layer):
            return False
        what = "this is the first shot" if shot else "this line stands in no shot"
        if layer:
            what = "this adds to a value, it is none"
        no_previous(expr, what, self.report)
        return True

    def _no_layer(self, said: WrittenLayer, row: Parameter) -> None:
        self.report.add(
            "D201",
            f"`{said.operator}` needs a number, `{row.name}` is a {row.kind}",
            said.name.span,
            help=f"give it a value of its own: `{row.name} {shown(row.default)}`",
        )

    def _needs_time(self, expr: Expr) -> bool:
        """Whether a value has a clock or a time in it, itself or by a name."""
        lets = self.amounts.quantities.lets
        parts = [expr, *(lets.exprs[name] for name in lets.needed(expr))]
        return any(_is_time(node) for part in parts for node in nodes_of(part))

    def _on_the_wrong_axis(self, entry: Entry, said: Set | WrittenLayer, row: Parameter) -> bool:
        """Cutouts are the same on every frame: no `frame 48:`, no clocks of the scene (D306)."""
        blocks = [h for h in entry.under.heads if isinstance(h, ShotHead | Played)]
        frames = [h for h in entry.under.heads if isinstance(h, FrameHead) and not _is_zero(h.time)]
        clocks = [expr for expr in expressions_of(said.value) if self._needs_time(expr)]
        span = frames[0].time.span if frames else clocks[0].span if clocks else None
        if span is None and not blocks:
            return False
        span = span or said.name.span
        help = ""
        if clocks and not frames and not blocks:
            help = "use `t`, which goes from 0 to 1 over the range"
        self.report.add(
            "D306",
            f"`{row.name}` runs over diffusion progress (0 to 1000), not over time",
            span,
            help=help or f"take `{row.name}` out of this block; it holds for every frame",
        )
        return True

    def _own_seed(self, entry: Entry, said: Set, row: Parameter) -> bool:
        """A seed for a segment of its own: `scene.seed 7` in a shot or a `frame` block."""
        here = self.on_frames.timeline.surroundings(entry.under)
        if here is None or said.when.at or said.when.ease or said.when.fade:
            if here is not None:
                changes(row, self.amounts, said.span, "this makes it change")
            return False
        value = fixed_value(said.value, row, self.amounts, here.times)
        if value == "random":
            message = "the seed of a segment is a whole number"
            help = "give it a number; only the scene's first seed may be left to chance"
            self.report.add("D201", message, said.value.span, help=help)
        if not isinstance(value, int) or entry.under.loose:
            return False
        begin, _ = whole(here.placed, here)
        earlier = self.seeds.setdefault(begin, OwnSeed(value, begin, said.span))
        if earlier.span != said.span:
            self._twice(row, earlier.span, said.span)
        return True

    def _fixed(self, entry: Entry, said: Set | WrittenLayer, row: Parameter) -> bool:
        moved = any(isinstance(h, ShotHead | FrameHead | Played) for h in entry.under.heads)
        if row.key == "scene.seed" and moved and isinstance(said, Set):
            return self._own_seed(entry, said, row)
        span = self._moving_part(entry, said)
        if span is not None:
            changes(row, self.amounts, span, "this makes it change")
            return False
        if row.key in EXTENT:
            self.fixed.setdefault(row.key, Given(None, said.value.span))
            return True
        here = self.on_frames.timeline.scene
        mistakes = len(self.report.found)
        value = fixed_value(said.value, row, self.amounts, here.times)
        if value is None or entry.under.loose:
            return row.default is None and value is None and len(self.report.found) == mistakes
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
            if isinstance(head, ShotHead | Played):
                return said.name.span
        if when.at is not None:
            return time_span(when.at)
        if when.ease is not None:
            return when.ease.span
        if when.fade is not None:
            return when.fade.span
        return said.span if isinstance(said, WrittenLayer) else None


def _is_zero(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 0


def _is_time(expr: Expr) -> bool:
    if isinstance(expr, Name):
        return expr.text in ("frame", "seconds", "elapsed", "beats", "previous")
    return isinstance(expr, Duration | Timecode)
