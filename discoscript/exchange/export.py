"""A schedule -> the settings of Disco Diffusion v5.7.

Camera curves are written as keys that give the same value at every frame when the notebook reads
them. What it has only one value for gets the value of frame 0, and what it cannot do is noted with
the line of the script.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.exchange import cut_schedules
from discoscript.exchange.disco_diffusion import IMAGES, MODES, OF_VIDEO, TEXTS, clip_model
from discoscript.exchange.keyframes import keys_of, number, string_of
from discoscript.exchange.notes import Notes
from discoscript.parameters import PARAMETERS, Axis, Kind, Mode, Parameter
from discoscript.schedule.schedule import PromptRow, Schedule
from discoscript.text.source import Source, Span
from discoscript_engine.model_table import models

#: What a setting of the notebook holds.
Value = bool | int | float | str | None | list[Any] | dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """A settings file, its names in order."""

    values: Mapping[str, Value]


def settings_of(schedule: Schedule, source: Source, title: str, notes: Notes) -> Settings:
    """The settings of a schedule; `source` is the script that its origins point into."""
    exporter = _Exporter(schedule, source, notes)
    exporter.prompts()
    for row in PARAMETERS:
        exporter.setting(row)
    exporter.cuts()
    values = exporter.values
    steps = values.get("steps")
    whole = steps if isinstance(steps, int) and steps > 0 else 1000
    derived: dict[str, Value] = {
        "batch_name": title,
        "key_frames": True,
        "interp_spline": "Linear",
        "diffusion_steps": (1000 // whole) * whole if whole < 1000 else whole,
    }
    return Settings({**values, **derived})


@dataclass
class _Exporter:
    schedule: Schedule
    source: Source
    notes: Notes
    values: dict[str, Value] = field(default_factory=dict)

    # ───────────── settings ─────────────

    def setting(self, row: Parameter) -> None:
        """Everything that the notebook calls by the row's names."""
        said = self.schedule.sources.get(row.key) == "script"
        if not row.disco:
            if said and row.pixels and row.key not in _CARRIED_ELSEWHERE:
                self.left_out(row, "Disco Diffusion has nothing like it")
            return
        write = _WRITERS.get(row.key, _plain)
        self.values.update(write(self, row, self.value(row)))

    def value(self, row: Parameter) -> Any:
        """The value at frame 0; what only the model says is left to the notebook's own default."""
        if row.axis is Axis.PROGRESS:
            return self.schedule.progress[row.key] if self.said(row) else None
        if not self.said(row):
            video = self.schedule.mode is Mode.VIDEO and row.video_default is not None
            return row.video_default if video else row.default
        if row.axis is Axis.FIXED:
            return self.schedule.fixed[row.key]
        values = self.schedule.frames_of[row.key]
        if not row.per_frame and any(value != values[0] for value in values.tolist()):
            text = "it changes; Disco Diffusion has one value, that of frame 0 is written"
            self.notes.changed(self.line(row), row.name, text)
        return values.tolist()[0]

    def said(self, row: Parameter) -> bool:
        """Whether script or command line give the value."""
        return self.schedule.sources.get(row.key) in ("script", "override")

    def line(self, row: Parameter) -> int:
        """The first line of the script about a setting; 0 if it has none."""
        origin = self.schedule.origins.get(row.key)
        spans = sorted([*origin.spans, *origin.layers]) if origin else []
        return self.at(spans[0]) if spans else 0

    def at(self, span: Span) -> int:
        """The line of a place in the script."""
        return self.source.position(span.start)[0]

    def left_out(self, row: Parameter, text: str) -> None:
        self.notes.left_out(self.line(row), row.name, text)

    def keys(self, row: Parameter) -> str:
        """The keyframe string of a camera setting."""
        if self.schedule.mode not in row.modes:
            return f"0: ({number(float(row.default))})"  # type: ignore[arg-type]
        values = np.asarray(self.schedule.frames_of[row.key], dtype=np.float64)
        return string_of(keys_of(values))

    def cuts(self) -> None:
        """Segments that start anew, which the notebook cannot."""
        for start in self.schedule.starts[1:]:
            text = f"frame {start} starts anew; Disco Diffusion makes it from frame {start - 1}"
            self.notes.left_out(0, "cut", text)

    # ───────────── prompts ─────────────

    def prompts(self) -> None:
        """The sets of prompts, each at the frame from which it holds."""
        rows = self.schedule.prompts
        weights = np.array([row.weight for row in rows]).reshape(len(rows), -1)
        texts: dict[str, list[str]] = {}
        images: dict[str, list[str]] = {}
        for frame in self.set_starts(rows, weights):
            shown = [i for i in range(len(rows)) if weights[i, frame] != 0]
            for name, into in ((False, texts), (True, images)):
                chosen = [i for i in shown if _is_image(rows[i]) is name]
                lines = [_prompt(rows[i].text, float(weights[i, frame])) for i in chosen]
                if lines or into:
                    into[str(frame)] = lines
        self.values[TEXTS], self.values[IMAGES] = texts, images

    def set_starts(self, rows: tuple[PromptRow, ...], weights: NDArray[np.float64]) -> list[int]:
        """The frames where a set begins: where weights step, begin to glide, and arrive."""
        if not len(rows):
            return []
        changed = np.zeros(self.schedule.frames, dtype=bool)
        changed[1:] = (np.diff(weights, axis=1) != 0).any(axis=0)
        before = np.concatenate([[False], changed[:-1]])
        after = np.concatenate([changed[1:], [False]])
        for index, row in enumerate(rows):
            moves = np.concatenate([[False], np.diff(weights[index]) != 0])
            if (moves[1:] & moves[:-1]).any():
                text = f'the weight of "{row.text[:40]}" glides; sets hold there until the next one'
                self.notes.changed(self.at(row.span), "prompt", text)
        starts = changed & (~before | ~after)
        return [0, *np.flatnonzero(starts).tolist()]


def _is_image(row: PromptRow) -> bool:
    return bool(getattr(row, "image", False))


def _prompt(text: str, weight: float) -> str:
    """`fog:2`; weight 1 stays unwritten where the text has no colon of its own."""
    short = float(f"{weight:.12g}")
    return text if weight == 1 and ":" not in text else f"{text}:{number(short)}"


# ───────────── how a row is written ─────────────

Written = Mapping[str, Value]

#: Settings without a name of their own in the notebook that are carried by others.
_CARRIED_ELSEWHERE = frozenset({"scene.duration", "init.every_frame", "cutouts.preset"})

#: The samplers of the notebook.
SAMPLERS = ("ddim", "plms")


def _plain(at: _Exporter, row: Parameter, value: Any) -> Written:
    """One name, or the general one and that of video mode."""
    if row.per_frame:
        return {row.disco[0]: at.keys(row)}
    written = _json(row, value)
    general = [name for name in row.disco if not name.startswith(OF_VIDEO)]
    if len(row.disco) == 1 or not general:
        return {row.disco[0]: written}
    video = at.schedule.mode is Mode.VIDEO
    other = _json(row, row.default if video else row.video_default)
    return {name: written if name.startswith(OF_VIDEO) == video else other for name in row.disco}


def _json(row: Parameter, value: Any) -> Value:
    match row.kind:
        case Kind.PERCENT:
            return f"{round(value)}%"
        case Kind.PERCENTS:
            return [round(percent / 100, 9) for percent in value]
        case Kind.CHOICE if value == "optical_flow":
            return "optical flow"
        case Kind.CHOICE if value == "none":
            return "None"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, tuple):
        return list(value)
    plain: Value = value
    return plain


def _share(at: _Exporter, row: Parameter, value: Any) -> Written:
    if value != round(value):
        text = f"{value:g}% is rounded: Disco Diffusion takes whole percents"
        at.notes.changed(at.line(row), row.name, text)
    return _plain(at, row, value)


def _progress(at: _Exporter, row: Parameter, value: Any) -> Written:
    if value is None:
        runs: Any = row.default
        value = [runs[-1][1]] * cut_schedules.STEPS
        begin = 0
        for end, part in runs:
            value[begin:end] = [part] * (end - begin)
            begin = end
    return {row.disco[0]: cut_schedules.text_of([float(v) for v in value])}


def _size(at: _Exporter, row: Parameter, value: Any) -> Written:
    width, height = value
    used = [side // 64 * 64 for side in value]
    if list(value) != used:
        text = f"{width}x{height}: Disco Diffusion makes {used[0]}x{used[1]} of it"
        at.notes.changed(at.line(row), row.name, text)
    return {"width": width, "height": height}


def _seed(at: _Exporter, row: Parameter, value: Any) -> Written:
    if value == "random":
        return {"set_seed": "random_seed"}
    return {"set_seed": str(value), "seed": value}


def _seed_step(at: _Exporter, row: Parameter, value: Any) -> Written:
    video = at.schedule.mode is Mode.VIDEO
    if value not in ((0, 1) if video else (1,)):
        at.left_out(row, f"{value}; Disco Diffusion adds 1 on every frame")
    return {row.disco[0]: video and value == 0}


def _mode(at: _Exporter, row: Parameter, value: Any) -> Written:
    return {row.disco[0]: MODES[at.schedule.mode]}


def _frames(at: _Exporter, row: Parameter, value: Any) -> Written:
    return {row.disco[0]: at.schedule.frames}


def _model(at: _Exporter, row: Parameter, value: Any) -> Written:
    """The model's name; the notebook's own model where it does not know the script's."""
    role = "diffusion" if row.group == "scene" else "depth"
    known = [model.name for model in models(role) if not model.embedded]  # type: ignore[arg-type]
    if value in known or value == "custom":
        return {row.disco[0]: value}
    if row.group == "scene" or at.said(row):
        text = f"Disco Diffusion has no model `{value}`; `{known[0]}` is written"
        at.notes.changed(at.line(row), row.name, text)
    return {row.disco[0]: known[0]}


def _sampler(at: _Exporter, row: Parameter, value: Any) -> Written:
    """The sampler's name; `plms` for those that are newer than the notebook."""
    if value in SAMPLERS:
        return {row.disco[0]: value}
    text = f"Disco Diffusion has no `{value}`; `plms` is written"
    at.notes.changed(at.line(row), row.name, text)
    return {row.disco[0]: "plms"}


def _clip(at: _Exporter, row: Parameter, value: Any) -> Written:
    on = {name: clip_model(name) in value for name in row.disco}
    for name in value:
        if name not in {clip_model(old) for old in row.disco}:
            at.left_out(row, f"Disco Diffusion has no CLIP model `{name}`")
    return dict(on)


def _perlin(at: _Exporter, row: Parameter, value: Any) -> Written:
    return {"perlin_init": value != "off", "perlin_mode": "mixed" if value == "off" else value}


def _turbo(at: _Exporter, row: Parameter, value: Any) -> Written:
    return {"turbo_mode": value > 1, "turbo_steps": str(value if value > 1 else 3)}


def _video(at: _Exporter, row: Parameter, value: Any) -> Written:
    return {row.disco[0]: value is False}


def _first_frame(at: _Exporter, row: Parameter, value: Any) -> Written:
    return {row.disco[0]: max(1, int(value))} if at.said(row) else {}


def _last_frame(at: _Exporter, row: Parameter, value: Any) -> Written:
    return {row.disco[0]: int(value)} if at.said(row) else {}


def _title(at: _Exporter, row: Parameter, value: Any) -> Written:
    return {}


_WRITERS: Mapping[str, Callable[[_Exporter, Parameter, Any], Written]] = {
    "scene.size": _size,
    "scene.seed": _seed,
    "scene.seed_step": _seed_step,
    "scene.mode": _mode,
    "scene.frames": _frames,
    "scene.model": _model,
    "scene.clip": _clip,
    "scene.title": _title,
    "depth.model": _model,
    "diffusion.sampler": _sampler,
    "coherence.frames_skip_steps": _share,
    "init.perlin": _perlin,
    "turbo.steps": _turbo,
    "output.video": _video,
    "output.first_frame": _first_frame,
    "output.last_frame": _last_frame,
    **{row.key: _progress for row in PARAMETERS if row.axis is Axis.PROGRESS},
}
