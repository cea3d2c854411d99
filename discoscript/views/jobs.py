"""FramePlan -> the frame jobs: key, start, seed, and what each needs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from discoscript.frames.frames import State
from discoscript.plan.plan import PlannedFrame
from discoscript.views.table import Row, table
from discoscript_engine.job import (
    FromFlow,
    FromPerlin,
    FromPicture,
    FromPrevious,
    FromVideo,
    Start,
)

Json = dict[str, Any]

#: Digits of a key in a table; enough to tell frames apart.
DIGITS = 12


@dataclass(frozen=True)
class Seen:
    """A planned frame and what the store knows of it. `state` is None where nobody knows: the
    models that its key depends on are not here. `key` is None until its predecessor's picture is
    there. `eyes` is the state of what both eyes see of it."""

    frame: PlannedFrame
    state: State | None
    key: str | None
    eyes: State | None = None


def job_lines(seen: Sequence[Seen], width: int) -> Iterator[str]:
    """One line for each frame."""
    head = ("FRAME", "STATE", "KEY", "SEED", "STEPS", "START", "PROMPTS")
    yield from table(head, [_row(each) for each in seen], width)
    if any(each.key is None for each in seen):
        yield ""
        yield "a frame without a key: it depends on the picture of the frame before"


def _row(seen: Seen) -> Row:
    job = seen.frame.job
    steps = f"{seen.frame.steps} of {job.diffusion.steps}"
    prompts = "  ".join(f"{p.weight:.3g} {p.label}" for p in job.prompts)
    return (
        str(seen.frame.index),
        state_word(seen.state),
        seen.key[:DIGITS] if seen.key else "",
        str(job.seed),
        steps,
        start_word(job.start, seen.frame.index),
        prompts,
    )


def state_word(state: State | None) -> str:
    """What a render does with a frame."""
    return "unknown" if state is None else state.value


def start_word(start: Start, index: int) -> str:
    """What a frame starts from: `noise`, `Perlin`, `picture 3f5a`, `video 81c0`, `frame 11`."""
    match start:
        case FromPerlin():
            return "Perlin"
        case FromPicture(sha256=digest):
            return f"picture {digest[:4]}"
        case FromVideo(frame=digest):
            return f"video {digest[:4]}"
        case FromFlow(motion=motion):
            return f"frame {index - 1}, video {motion.frame[:4]}"
        case FromPrevious():
            return f"frame {index - 1}"
    return "noise"


def job_rows(seen: Sequence[Seen]) -> Iterator[list[object]]:
    """A head and a row for each frame, for CSV."""
    yield ["frame", "state", "key", "start", "seed", "steps", "skip_steps", "width", "height"]
    for each in seen:
        job = each.frame.job
        start = start_word(job.start, each.frame.index)
        steps = job.diffusion.steps, job.diffusion.skip_steps
        known = state_word(each.state), each.key or ""
        yield [each.frame.index, *known, start, job.seed, *steps, job.width, job.height]


def jobs_json(seen: Sequence[Seen], script: str) -> Json:
    """Every job with all that it asks for."""
    kind = {"format": "discoscript-jobs", "version": 1, "script": script}
    return {**kind, "frames": [_job(each) for each in seen]}


def _job(seen: Seen) -> Json:
    job = seen.frame.job
    start = {"from": type(job.start).__name__, **asdict(job.start)}
    known = {"frame": seen.frame.index, "state": state_word(seen.state), "key": seen.key}
    return {**known, "follows": seen.frame.follows, "job": {**asdict(job), "start": start}}
