"""Schedule -> FramePlan: one FrameJob per frame, and whether it starts from its predecessor.

Jobs are filled by name: field `tv_scale` of `Guidance` is the parameter `guidance.tv_scale`. A
new parameter is therefore a row of the parameter table and a field of its group; `PARAMETER_OF`
holds the few fields whose parameter is called otherwise.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import Mode
from discoscript.plan.footage import VideoInput
from discoscript.schedule.schedule import Schedule
from discoscript.schedule.turbo import diffused, last_due
from discoscript_engine.job import (
    Camera2D,
    Camera3D,
    Carry,
    ColorMatch,
    Cutouts,
    Diffusion,
    Eyes,
    FrameJob,
    FromFlow,
    FromNoise,
    FromPerlin,
    FromPicture,
    FromPrevious,
    FromVideo,
    Guidance,
    Models,
    Motion,
    Move,
    OwnFile,
    PicturePrompt,
    Prompt,
    Start,
    StepRuns,
    StereoCamera,
    Symmetry,
)
from discoscript_engine.model_table import by_name

#: The group of the parameters that fill each class.
GROUP_OF: Mapping[type, str] = {
    Diffusion: "diffusion",
    Guidance: "guidance",
    Cutouts: "cutouts",
    Symmetry: "symmetry",
    Camera2D: "camera",
    Camera3D: "camera",
    StereoCamera: "vr",
    Models: "scene",
    FromPicture: "init",
    FromPerlin: "init",
    FromPrevious: "coherence",
    ColorMatch: "coherence",
    FromVideo: "video",
    FromFlow: "video",
    Motion: "video",
}

#: Fields whose parameter is not `group.field`.
PARAMETER_OF: Mapping[tuple[type, str], str] = {
    (Camera3D, "midas_weight"): "depth.midas_weight",
    (StereoCamera, "fov"): "camera.fov",
    (StereoCamera, "padding"): "camera.padding",
    (StereoCamera, "sampling"): "camera.sampling",
    (StereoCamera, "midas_weight"): "depth.midas_weight",
    (Models, "diffusion"): "scene.model",
    (Models, "depth"): "depth.model",
    (Models, "file"): "scene.model_file",
    (Models, "mixed"): "depth.midas_weight",
    (FromPicture, "sha256"): "init.image",
    (FromPerlin, "mode"): "init.perlin",
    (FromPrevious, "scale"): "coherence.frames_scale",
    (ColorMatch, "method"): "coherence.color_match",
    (ColorMatch, "strength"): "coherence.color_strength",
    (FromVideo, "scale"): "coherence.frames_scale",
    (FromVideo, "frame"): "video.source",
    (FromFlow, "scale"): "coherence.frames_scale",
    (FromFlow, "blend"): "video.flow_blend",
    (Motion, "before"): "video.source",
    (Motion, "frame"): "video.source",
    (Motion, "checked"): "video.flow_check",
}

#: How strongly the cuts are augmented: Disco Diffusion tells three kinds of modes apart.
AUGMENTATIONS: Mapping[Mode, str] = {
    Mode.STILL: "still",
    Mode.D2: "moving",
    Mode.D3: "moving",
    Mode.VIDEO: "video",
}

#: The values of all parameters at one frame, by `group.name`.
Row = Mapping[str, Any]

T = TypeVar("T")


@dataclass(frozen=True)
class PlannedFrame:
    """Frame `index` of the render; `follows` says that it starts from frame `index - 1`.
    `turbo` is what turbo makes of it, None where it leaves the frame alone. `colors` is how it gets
    the colours of the first frame of its segment, None where it keeps its own. After `partials`
    steps its picture so far is kept, too. `carry` is how the output video blends it with the frame
    before, None where it can not. `eyes` is what both eyes see of the picture that is shown, None
    where the scene has no eyes."""

    index: int
    job: FrameJob
    follows: bool
    turbo: "Turbo | None" = None
    colors: ColorMatch | None = None
    partials: tuple[int, ...] = ()
    carry: Carry | None = None
    eyes: Eyes | None = None

    @property
    def steps(self) -> int:
        """Diffusion steps that are taken: none where turbo skips the frame."""
        skipped = self.turbo is not None and self.turbo.skipped
        return 0 if skipped else self.job.diffusion.steps - self.job.diffusion.skip_steps


@dataclass(frozen=True)
class Turbo:
    """What turbo makes of a frame. `skipped`: it is not diffused, its picture is that of the frame
    before, moved by `move`. It is shown mixed: `share` of its own picture, and the rest of what
    the picture before the last diffusion looks like from here; 1 shows its own alone."""

    move: Move
    skipped: bool
    share: float


@dataclass(frozen=True)
class FramePlan:
    """Frames in order, from the start of a segment: all of a render, or a part of it."""

    frames: tuple[PlannedFrame, ...]

    @property
    def models(self) -> Models:
        """The models of the render; they are the same for every frame."""
        return self.frames[0].job.models

    @property
    def segments(self) -> tuple[tuple[PlannedFrame, ...], ...]:
        """The frames from each start to the next."""
        starts = [i for i, frame in enumerate(self.frames) if not frame.follows]
        ends = [*starts[1:], len(self.frames)]
        return tuple(self.frames[a:b] for a, b in zip(starts, ends, strict=True))

    def part(self, first: int, end: int) -> "FramePlan":
        """What frames `first` to `end` (excluded) need: the chain from their segment's start."""
        start = max(f.index for f in self.frames[: first + 1] if not f.follows)
        return FramePlan(self.frames[start:end])


def plan(
    schedule: Schedule,
    first_seed: int,
    assets: Mapping[str, str],
    video: VideoInput | None = None,
) -> FramePlan:
    """The jobs of `schedule`. `assets` maps the path of a file, as the script writes it, to
    the SHA-256 of its content; `video` is the input of video mode."""
    steady = {**schedule.fixed, **{k: step_runs(v) for k, v in schedule.progress.items()}}
    columns = {key: values.tolist() for key, values in schedule.frames_of.items()}
    starts = frozenset(schedule.starts)
    turbo = turbo_shares(schedule)
    prompts = prompts_of(schedule, assets)
    flow = video.flow if video and schedule.fixed["video.flow_warp"] else None
    models = models_of(schedule, flow, assets)
    frames: list[PlannedFrame] = []
    first: Start = FromNoise()
    for index in range(schedule.frames):
        row = steady | {key: values[index] for key, values in columns.items()}
        begin = index in starts
        shown = video.start(index, row, follows=not begin) if video else None
        start = _first(row, assets, shown) if begin else _next(schedule.mode, row, first, shown)
        first = start if begin else first
        job = _job(schedule, prompts[index], index, row, begin, first_seed, start, models)
        follows = isinstance(start, FromPrevious | FromFlow)
        frame = PlannedFrame(
            index,
            job,
            follows,
            turbo=_turbo(job, turbo.get(index)),
            colors=_colors(row) if follows else None,
            carry=video.carry(index, row, schedule.size) if video and not begin else None,
            eyes=_eyes(schedule, row, job),
        )
        partials = partial_steps(schedule.fixed["save.intermediates"], frame.steps)
        frames.append(replace(frame, partials=partials))
    return FramePlan(tuple(frames))


def turbo_shares(schedule: Schedule) -> Mapping[int, tuple[bool, float]]:
    """For each frame of a scene with turbo, whether it is skipped and its own picture's share.

    With s steps, the frames from a diffused one to the next show 1/s, 2/s, ... 1 of their own
    picture; those of the preroll 1/s.
    """
    steps = schedule.frames_of["turbo.steps"].astype(np.int64)
    if schedule.mode is not Mode.D3 or steps.max() <= 1:
        return {}
    shots = [shot.begin for shot in schedule.shots]
    preroll = schedule.fixed["turbo.preroll"]
    assert isinstance(preroll, int)
    made = diffused(steps, preroll, schedule.starts, shots)
    passed = np.where(made, 0, np.arange(len(steps)) - last_due(steps, schedule.starts, shots))
    shares = (passed + 1) / steps
    return dict(enumerate(zip((~made).tolist(), shares.tolist(), strict=True)))


def _turbo(job: FrameJob, share: tuple[bool, float] | None) -> Turbo | None:
    """Turbo has to do with frames that start from the one before them, and with no others."""
    if share is None or not isinstance(job.start, FromPrevious):
        return None
    assert isinstance(job.start.camera, Camera3D)
    return Turbo(Move(job.width, job.height, job.models.depth, job.start.camera), *share)


def _colors(row: Row) -> ColorMatch | None:
    """None where nothing is asked for, and the picture is the job's alone."""
    wanted = row["coherence.color_match"] != "off" and row["coherence.color_strength"] > 0
    return _filled(ColorMatch, row) if wanted else None


def partial_steps(wanted: object, steps: int) -> tuple[int, ...]:
    """After how many of a frame's `steps` its picture is kept. `wanted` is a list of them, or a
    number: so many, at equal distances. The last step is left out: it makes the frame."""
    if isinstance(wanted, tuple):
        return tuple(sorted({int(step) for step in wanted if 0 < step < steps}))
    count = min(int(str(wanted)), max(0, steps - 1))
    return tuple(steps * (n + 1) // (count + 1) for n in range(count))


def _eyes(schedule: Schedule, row: Row, job: FrameJob) -> Eyes | None:
    """What both eyes see of a frame, if the scene has eyes; only a scene in space has."""
    if schedule.mode is not Mode.D3 or not row["scene.vr"]:
        return None
    return Eyes(2 * job.width, job.height, job.models.depth, _filled(StereoCamera, row))


def parameter_of(group: type, field: str) -> str:
    """The parameter, `group.name`, that fills a field of a job's group."""
    return PARAMETER_OF.get((group, field), f"{GROUP_OF[group]}.{field}")


def step_runs(values: NDArray[np.float64]) -> StepRuns:
    """1000 values over diffusion progress as runs `(end, value)`."""
    runs, end = [], 0
    for value, run in groupby(values.tolist()):
        end += len(list(run))
        runs.append((end, float(value)))
    return tuple(runs)


def skipped_steps(row: Row, start: bool) -> int:
    """How many steps this frame leaves out: a count where a segment starts, a share after it.

    At least one step is left. The share is a percentage; the small amount keeps 0.58 * 100 at 58.
    """
    steps = row["diffusion.steps"]
    if start:
        skipped = row["diffusion.skip_steps"]
    else:
        skipped = math.floor(steps * row["coherence.frames_skip_steps"] / 100 + 1e-9)
    return max(0, min(int(skipped), int(steps) - 1))


def _job(
    schedule: Schedule,
    prompts: Sequence[Prompt | PicturePrompt],
    index: int,
    row: Row,
    begin: bool,
    first_seed: int,
    start: Start,
    models: Models,
) -> FrameJob:
    width, height = schedule.size
    alone = isinstance(start, FromVideo) and not row["video.flow_warp"]  # as all others then
    skipped = skipped_steps(row, begin and not alone)
    return FrameJob(
        width=int(width),
        height=int(height),
        seed=_seed(schedule, index, first_seed),
        prompts=tuple(prompts),
        models=models,
        diffusion=_filled(Diffusion, {**row, "diffusion.skip_steps": skipped}),
        guidance=_filled(Guidance, row),
        cutouts=_filled(Cutouts, row),
        start=start,
        symmetry=_symmetry(row),
        augmentations=AUGMENTATIONS[schedule.mode],
        checkpoint=bool(row["scene.checkpoint"]),
    )


def _seed(schedule: Schedule, index: int, first_seed: int) -> int:
    """The seed of a frame: counted from the first one, or from that of its segment."""
    base = 0 if schedule.seeded[index] else first_seed
    return (base + int(schedule.seeds[index])) % 2**32


def _filled(group: type[T], row: Row, **given: object) -> T:
    """An instance of `group` with each field from its parameter, as the type the field has."""
    values = {
        f.name: _as(f.type, row[parameter_of(group, f.name)])
        for f in fields(group)  # type: ignore[arg-type]
        if f.name not in given
    }
    return group(**values, **given)


def _as(kind: object, value: Any) -> object:
    """`value` as bool, int, float or str, so that 1 and 1.0 give one key; others as they are."""
    if kind in (bool, int, float, str):
        return kind(value)
    return value if isinstance(value, str) else tuple(value)


def models_of(
    schedule: Schedule, flow: str | None = None, assets: Mapping[str, str] | None = None
) -> Models:
    """The models of a render. Only a camera that moves in space needs depth, and only a video has
    a flow. A checkpoint of one's own is known by its content, which `assets` tells."""
    space = {"mixed": is_mixed(schedule)} if schedule.mode is Mode.D3 else {"depth": None}
    path = schedule.fixed["scene.model_file"]
    file = OwnFile((assets or {}).get(str(path), ""), str(path)) if path else None
    return _filled(Models, schedule.fixed, **{"flow": flow, "file": file, "mixed": True, **space})


def is_mixed(schedule: Schedule) -> bool:
    """Whether a scene in space needs a depth to mix with that of its model. The depth of an
    embedded model is mixed already, whatever the weight."""
    if by_name("depth", str(schedule.fixed["depth.model"])).embedded:
        return True
    shares = schedule.frames_of["depth.midas_weight"].astype(np.float64)
    return bool((shares < 1).any())


def _symmetry(row: Row) -> Symmetry | None:
    """None where nothing is mirrored: when it would be is then no part of the job."""
    mirrors = row["symmetry.horizontal"] or row["symmetry.vertical"]
    return _filled(Symmetry, row) if mirrors and row["symmetry.at"] else None


def prompts_of(schedule: Schedule, assets: Mapping[str, str]) -> list[list[Prompt | PicturePrompt]]:
    """The prompts that pull at each frame. A weight of 0 is no pull."""
    pulling: list[list[Prompt | PicturePrompt]] = [[] for _ in range(schedule.frames)]
    for row in schedule.prompts:
        for at in np.flatnonzero(row.here & (row.weights != 0)).tolist():
            weight = float(row.weights[at])
            picture = PicturePrompt(assets[row.text], weight) if row.image else None
            pulling[row.begin + at].append(picture or Prompt(row.text, weight))
    return pulling


def _first(row: Row, assets: Mapping[str, str], video: Start | None) -> Start:
    """What the first frame of a segment starts from; `video` is what video mode offers."""
    image = row["init.image"]
    if row["init.perlin"] != "off":
        return _filled(FromPerlin, row)
    return _filled(FromPicture, row, sha256=assets[image]) if image else video or FromNoise()


def _next(mode: Mode, row: Row, first: Start, video: Start | None) -> Start:
    """What a frame after the `first` one of a segment starts from. With `every_frame` the Perlin
    noise of a segment comes again and again, and its frames do not follow each other."""
    if isinstance(first, FromPerlin) and row["init.every_frame"]:
        return FromPerlin(first.mode, float(row["coherence.frames_scale"]))
    if video is not None:
        return video
    camera = _filled(Camera3D, row) if mode is Mode.D3 else _filled(Camera2D, row)
    return _filled(FromPrevious, row, camera=camera)
