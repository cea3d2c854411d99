"""Scene -> Schedule: defaults resolved, curves drawn, values checked.

A value comes from the command line, else from the script, else from the model's row, else from
the parameter's row; `Schedule.sources` says from which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import BY_KEY, PARAMETERS, Axis, Kind, Mode, Parameter, Resolved
from discoscript.scene.overlaps import check_overlaps
from discoscript.scene.scene import Claim, Play, Scene, Track, Visit, leaves_of
from discoscript.schedule.batch import batch
from discoscript.schedule.checks.every import check_schedule
from discoscript.schedule.curve import Canvas, background, draw, finite
from discoscript.schedule.jumps import check_jumps
from discoscript.schedule.limits import Limits
from discoscript.schedule.schedule import Origin, Schedule
from discoscript.schedule.schedule_checks import ScheduleChecks
from discoscript.schedule.stretches import frames_by_owner
from discoscript.schedule.tracks import DrawnTrack, draw_track
from discoscript.schedule.weights import Wardrobe
from discoscript.schedule.work import within_limits
from discoscript.text.diagnostics import Diagnostic
from discoscript.text.report import Report
from discoscript_engine.model_table import DEFAULT, MODELS, PRESETS, Model

#: Steps of diffusion progress.
PROGRESS = 1000

NUMBERS = frozenset({Kind.NUMBER, Kind.WHOLE, Kind.PERCENT, Kind.STEPS_OR_PERCENT})


def schedule(
    scene: Scene,
    models: Sequence[Model] = MODELS,
    overrides: Mapping[str, Resolved] | None = None,
) -> tuple[Schedule, tuple[Diagnostic, ...]]:
    """The schedule of a scene, and what is wrong with its values.

    `overrides` gives values to parameters (`group.name`) whatever the script says.
    """
    report = Report(scene.source)
    scene = within_limits(scene, report)
    drawing = Drawing(scene, models, overrides or {}, report)
    drawn = drawing.schedule()
    check_schedule(scene, drawn, drawing.model, report)
    return batch(drawn), tuple(report.found)


@dataclass
class Drawing:
    """Draws all curves of a scene."""

    scene: Scene
    models: Sequence[Model]
    overrides: Mapping[str, Resolved]
    report: Report
    sources: dict[str, str] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.checks = ScheduleChecks(self.scene, self.report)
        self.model = self._model()
        video = self.model.video_defaults if self.scene.mode is Mode.VIDEO else {}
        self.own = {**self.model.defaults, **video}
        self.canvas = Canvas(
            self.scene.frames,
            self.scene.fps,
            self.scene.lets,
            self.scene.starts,
            self.scene.tempo,
            self.scene.marks,
        )

    def schedule(self) -> Schedule:
        """Everything, drawn and checked."""
        fixed = self._fixed()
        arrays = self._arrays()
        progress = {row.key: self._progress(row) for row in PARAMETERS if row.axis is Axis.PROGRESS}
        self.checks.steps(arrays, self.scene.starts)
        self.checks.cuts(progress)
        prompts = Wardrobe(self.scene, self.canvas, self.report).prompt_rows()
        self.checks.prompts(prompts, fixed["scene.clip"])
        size = fixed["scene.size"]
        assert isinstance(size, tuple)
        width, height = size[0], size[1]
        seeds, seeded = self._seeds(fixed["scene.seed_step"])
        return Schedule(
            frames=self.scene.frames,
            fps=self.scene.fps,
            mode=self.scene.mode,
            size=(int(width), int(height)),
            fixed=fixed,
            frames_of=arrays,
            progress=progress,
            prompts=prompts,
            starts=self.scene.starts,
            seeds=seeds,
            seeded=seeded,
            shots=self.scene.shots,
            sources=self.sources,
            origins=self.origins,
        )

    def _seeds(self, step: Resolved) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """What to add to the first seed, or the seed itself where a segment has its own."""
        step = step if isinstance(step, int) else 1
        frames = np.arange(self.scene.frames, dtype=np.int64)
        seeds, seeded = frames * step, np.zeros(len(frames), dtype=bool)
        for own in self.scene.seeds:
            end = min((s for s in self.scene.starts if s > own.begin), default=len(frames))
            here = slice(own.begin, end)
            seeds[here] = own.value + (frames[here] - own.begin) * step
            seeded[here] = True
        return seeds, seeded

    # ───────────── defaults ─────────────

    def _model(self) -> Model:
        """The row of the diffusion model; the default one where the name is wrong."""
        given = self.scene.fixed.get("scene.model")
        name = self.overrides.get("scene.model", given.value if given else DEFAULT)
        rows = {row.name: row for row in self.models if row.role == "diffusion"}
        known = self._row_name("scene.model", "diffusion", str(name))
        return rows.get(known) or rows[DEFAULT]

    def _row_name(self, key: str, role: str, name: str) -> str:
        """The row that a script's name stands for: `ViT-B/32` is `ViTB32`. Reports unknown ones."""
        rows = [row.name for row in self.models if row.role == role]
        if name not in rows:
            same = [row for row in rows if letters(row) == letters(name)]
            if same:
                return same[0]
            self.checks.model_name(key, name, tuple(rows))
        return name

    def _default(self, row: Parameter) -> Any:
        """What counts where the script says nothing; notes where it comes from."""
        if row.key in self.overrides:
            self.sources[row.key] = "override"
            return self.overrides[row.key]
        preset = self.scene.fixed.get("cutouts.preset")
        if preset is not None and row.axis is Axis.PROGRESS:
            self.sources[row.key] = "script"
            return PRESETS[str(preset.value)].get(row.key, row.default)
        video = self.scene.mode is Mode.VIDEO
        if row.key in self.own:
            self.sources[row.key] = "model"
            return self.own[row.key]
        self.sources[row.key] = "default"
        return row.video_default if video and row.video_default is not None else row.default

    # ───────────── values of the whole render ─────────────

    def _fixed(self) -> Mapping[str, Resolved]:
        values: dict[str, Resolved] = {}
        for row in PARAMETERS:
            if row.axis is Axis.FIXED:
                values[row.key] = self._default(row)
                given = self.scene.fixed.get(row.key)
                if given is not None and row.key not in self.overrides:
                    everywhere = np.zeros(self.scene.frames, dtype=np.int64)
                    self.origins[row.key] = Origin(everywhere, (given.span,), ())
                    values[row.key] = given.value
                    self.sources[row.key] = "script"
        clip, depth = values["scene.clip"], values["depth.model"]
        if isinstance(clip, tuple):
            names = [self._row_name("scene.clip", "clip", str(name)) for name in clip]
            values["scene.clip"] = tuple(names)
        values["depth.model"] = self._row_name("depth.model", "depth", str(depth))
        values["scene.model"] = self.model.name
        values["scene.frames"] = self.scene.frames
        values["scene.duration"] = Fraction(self.scene.frames)
        values["scene.fps"] = float(self.scene.fps)
        if values["output.fps"] is None and self.scene.footage is not None:
            values["output.fps"] = float(self.scene.footage.fps)  # so that sound stays in sync
        values["scene.mode"] = str(self.scene.mode)
        size = values["scene.size"]
        if isinstance(size, tuple):
            self.checks.size((int(size[0]), int(size[1])), self.model)
        return values

    # ───────────── values of every frame ─────────────

    def _arrays(self) -> Mapping[str, NDArray[Any]]:
        """Every FRAMES and SEGMENT parameter; those that are shares of another come after it."""
        rows = [row for row in PARAMETERS if row.axis in (Axis.FRAMES, Axis.SEGMENT)]
        arrays: dict[str, NDArray[Any]] = {}
        for row in sorted(rows, key=lambda row: row.kind is Kind.STEPS_OR_PERCENT):
            share = row.kind is Kind.STEPS_OR_PERCENT
            arrays[row.key] = self._array(row, arrays["diffusion.steps"] if share else None)
        if self.sources["diffusion.steps"] == "model":
            arrays["diffusion.skip_steps"] = self._in_fewer_steps(arrays)
        return {row.key: arrays[row.key] for row in rows}

    def _in_fewer_steps(self, arrays: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """Counts of skipped steps as they are meant where a model takes fewer steps than usual.

        A script that skips 125 steps was written for 250: the same share of the model's own.
        """
        steps, skipped = arrays["diffusion.steps"], arrays["diffusion.skip_steps"]
        usual = BY_KEY["diffusion.steps"].default
        assert isinstance(usual, int)
        beyond = (skipped > steps) & (skipped < usual)
        meant = np.where(beyond, skipped * steps // usual, skipped)
        at = next((start for start in self.scene.starts if beyond[start]), None)
        if at is not None:
            count = int(skipped[at]), int(steps[at]), int(meant[at])
            self.checks.fewer_steps(self.model.name, *count, usual)
        return meant

    def _array(self, row: Parameter, whole: NDArray[Any] | None) -> NDArray[Any]:
        """One of them; `whole` is what its percents are shares of."""
        default = self._default(row)
        track = self.scene.tracks.get(row.key)
        if track is None or row.key in self.overrides:
            # No memory: most are never set.
            return np.broadcast_to(resting(default, row.kind), (self.canvas.length,))
        self.sources[row.key] = "script"
        canvas = replace(self.canvas, factor=row.factor, whole=whole)
        return as_kind(self._track(row, track, canvas, default), row.kind)

    def _progress(self, row: Parameter) -> NDArray[np.float64]:
        """A PROGRESS parameter, shape (1000,): the first line about it drops its default."""
        default = self._default(row)
        track = self.scene.tracks.get(row.key, Track())
        if not track.claims:  # shots have no cutouts of their own
            rest = spread(default)
            if not track.layers:
                return rest
            self.sources[row.key] = "script"
            return self._layered(row, track, self._progress_canvas(), rest)
        self.sources[row.key] = "script"
        rest_value = default[-1][1] if row.open_low else 0.0
        values = self._track(row, track, self._progress_canvas(), rest_value)
        return np.asarray(as_kind(values, row.kind), dtype=np.float64)

    def _progress_canvas(self) -> Canvas:
        return replace(self.canvas, length=PROGRESS, starts=())

    # ───────────── one track ─────────────

    def _track(self, row: Parameter, track: Track, canvas: Canvas, rest: Any) -> NDArray[Any]:
        """The values of one setting, with every check that concerns it alone."""
        drawn = draw_track(track, canvas, rest)
        spans = tuple(leaf.span for leaf in drawn.leaves)
        layers = [leaf for layer in track.layers for leaf in leaves_of(layer.claim)]
        reach = [reach_of(layer.claim) for layer in track.layers for _ in leaves_of(layer.claim)]
        lines = tuple(leaf.span for leaf in layers)
        self.origins[row.key] = Origin(drawn.owner, spans, lines, tuple(reach))
        self._levels(row, drawn, rest)
        self._frames_without_use(row, drawn)
        limits = Limits(widened(row, rest), drawn.canvas, self.report)
        good = limits.amounts(drawn.leaves, drawn.values, drawn.owner) if is_number(row) else True
        before = len(self.report.found)
        values = self._layered(row, track, canvas, drawn.values)
        good = good and len(self.report.found) == before
        if good and is_number(row) and (drawn.leaves or track.layers):
            limits.result(values, track)
        return values

    def _levels(self, row: Parameter, drawn: DrawnTrack, rest: Any) -> None:
        """Lines that contradict each other in the scene or in a shot, and values that jump."""
        what = "step" if row.axis is Axis.PROGRESS else "frame"
        in_force = replace(row, default=rest)
        for level in drawn.levels:
            origin = level.shot.begin if level.shot else 0
            check_overlaps(row.name, level.claims, self.report, what, origin)
            if is_number(row):
                check_jumps(in_force, level, drawn.canvas, self.report)
        for claim, shot in drawn.covered:
            self.report.add(
                "D315",
                f'this line has no effect: "{shot.title}" sets `{row.name}` on all these frames',
                claim.span,
                help="inner lines win: delete one of them, or add to it with `+=`",
            )

    def _frames_without_use(self, row: Parameter, drawn: DrawnTrack) -> None:
        counts = frames_by_owner(drawn.owner, len(drawn.leaves))
        for claim, frames in zip(drawn.leaves, counts, strict=True):
            if row.group == "camera" and self.scene.frames > 1:
                self.checks.without_effect(row.key, claim, frames)
            if row.axis is Axis.SEGMENT and len(frames):
                self.checks.only_at_starts(row.name, claim, frames)

    def _layered(
        self, row: Parameter, track: Track, canvas: Canvas, values: NDArray[Any]
    ) -> NDArray[Any]:
        """All that is added, then all that is multiplied; the order of the lines has no meaning."""
        for operator, neutral, combine in (("+=", 0.0, np.sum), ("*=", 1.0, np.prod)):
            layer_canvas = replace(canvas, factor=operator == "*=")
            drawn = []
            for layer in track.layers:
                if layer.operator == operator:
                    found = draw((layer.claim,), layer_canvas, neutral)
                    leaves = tuple(leaves_of(layer.claim))
                    limits = Limits(row, layer_canvas, self.report)
                    limits.amounts(leaves, found.values, found.owner, layered=True)
                    drawn.append(np.asarray(found.values, dtype=np.float64))
            if drawn:
                whole = combine(np.sort(drawn, axis=0), axis=0)
                values = values + whole if operator == "+=" else values * whole
        return values


def reach_of(claim: Claim) -> tuple[int, int] | None:
    """The frames of the shot or move that a layer ends with; None for one of the whole scene."""
    return (claim.begin, claim.end) if isinstance(claim, Play | Visit) else None


def is_number(row: Parameter) -> bool:
    """Whether one can calculate with the values of a row."""
    return row.kind in NUMBERS


def widened(row: Parameter, rest: Any) -> Parameter:
    """The row with the default in force among its typical values: a model knows what suits it."""
    if row.typical is None or isinstance(rest, bool) or not isinstance(rest, int | float):
        return row
    low, high = row.typical
    return replace(row, typical=(min(low, float(rest)), max(high, float(rest))))


def letters(name: str) -> str:
    """The letters and digits of a name."""
    return "".join(c for c in name.lower() if c.isalnum())


def spread(runs: Any) -> NDArray[np.float64]:
    """Runs `(end, value)` -> a value for each step of progress."""
    values, begin = np.zeros(PROGRESS), 0
    for end, value in runs:
        values[begin:end] = value
        begin = end
    return values


@lru_cache(typed=True)
def resting(default: Resolved, kind: Kind) -> NDArray[Any]:
    """A value that nothing changes, shape (1,)."""
    return as_kind(background((), default, 1), kind)


def as_kind(values: NDArray[Any], kind: Kind) -> NDArray[Any]:
    """The array type that a kind is stored in; whole numbers are rounded, halves to even."""
    match kind:
        case Kind.NUMBER | Kind.PERCENT:
            return finite(values)
        case Kind.WHOLE | Kind.STEPS_OR_PERCENT:
            rounded = np.rint(finite(values))
            return np.clip(rounded, -(2.0**53), 2.0**53).astype(np.int64)
        case Kind.TRUTH:
            return np.asarray(values, dtype=bool)
    return values
