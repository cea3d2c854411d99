"""`discoscript plan`: the shot list as a table, and which frames a render would make."""

import argparse
from collections.abc import Iterator, Sequence

import numpy as np

from discoscript.commands._rendering import (
    Job,
    family,
    job,
    rendering_arguments,
    strange_words_line,
)
from discoscript.commands._script import script_arguments
from discoscript.errors import Exit
from discoscript.frames.frames import State, survey
from discoscript.parameters import BY_KEY, Axis
from discoscript.plan.plan import PlannedFrame
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import counted, printable

EXAMPLES = """  discoscript plan beach.disco           segments, prompts, moves; what a render makes
  discoscript plan beach.disco --draft   the same for a draft
"""

TEXT_WIDTH = 72  #: longest line of a prompt


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    rendering_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print the plan."""
    wanted = job(options)
    states = survey(wanted.plan, wanted.identity, wanted.store)
    print("\n".join(shot_list(wanted, states)))
    return Exit.OK


def shot_list(wanted: Job, states: Sequence[State]) -> Iterator[str]:
    """The lines of the plan: the scene, each segment, the totals."""
    yield _scene(wanted)
    yield f"renders with {family(wanted)}"
    yield f"models: {_models(wanted)}"
    yield from strange_words_line(wanted)
    for number, frames in enumerate(wanted.plan.segments, start=1):
        first, end = frames[0].index, frames[-1].index + 1
        yield ""
        yield f"segment {number}: frames {first}..{end}, {_todo(states[first:end])}"
        yield from (f"    {line}" for line in _prompts(wanted.schedule, frames))
        yield from (f"    {line}" for line in _moves(wanted.schedule, first, end))
    yield ""
    yield f"in all: {_todo(states)}"


def _scene(wanted: Job) -> str:
    schedule = wanted.schedule
    width, height = schedule.size
    title = printable(wanted.script.title)
    fps = float(schedule.fps)
    facts = (
        f"{counted(schedule.frames, 'frame')}, {schedule.frames / fps:.1f} s at {fps:g} fps",
        f"{width}x{height}",
        str(schedule.mode),
        f"seed {wanted.seed}",
    )
    return f"{title}: {', '.join(facts)}"


def _models(wanted: Job) -> str:
    models = wanted.plan.models
    names = [(models.diffusion, "diffusion"), *((name, "clip") for name in models.clip)]
    names += [("secondary", "diffusion")] if models.secondary else []
    names += [(models.depth, "depth")] if models.depth else []
    return ", ".join(f"{name} ({role})" for name, role in names)


def _todo(states: Sequence[State]) -> str:
    """`24 to render, 12 kept`. Where a frame comes out as before, fewer are rendered."""
    kept, fresh, free = (states.count(s) for s in (State.KEPT, State.RENDER, State.OPEN))
    if not fresh and not free:
        return f"all {kept} kept" if kept else "nothing to render"
    text = f"{fresh + free} to render"
    return f"{text}, {kept} kept" if kept else text


def _prompts(schedule: Schedule, frames: Sequence[PlannedFrame]) -> Iterator[str]:
    """Each prompt that pulls in the segment, with its weight and the frames where it does."""
    first, end = frames[0].index, frames[-1].index + 1
    for row in schedule.prompts:
        here = row.present[first:end] & (row.weight[first:end] != 0)
        if not here.any():
            continue
        at = np.flatnonzero(here) + first
        when = "" if here.all() else f" @ {at[0]}..{at[-1] + 1}"
        text = printable(row.text)
        text = text if len(text) <= TEXT_WIDTH else text[: TEXT_WIDTH - 1] + "…"
        yield f'prompt "{text}" {_change(row.weight[at])}{when}'


def _moves(schedule: Schedule, first: int, end: int) -> Iterator[str]:
    """The parameters that change within the segment, and the camera where it is not at rest."""
    for key, values in schedule.frames_of.items():
        row = BY_KEY.get(key)
        if row is None or row.axis is not Axis.FRAMES or schedule.mode not in row.modes:
            continue
        here = values[first:end]
        if np.all(here == here[0]) and (row.group != "camera" or here[0] == row.default):
            continue
        yield f"{key} {_change(here)}"


def _change(values: Sequence[object] | np.ndarray[tuple[int], np.dtype[np.generic]]) -> str:
    """`2`, `2 -> 8`, or `0 -> 0 (between -0.4 and 0.4)`."""
    first, last = _shown(values[0]), _shown(values[-1])
    if len({_shown(v) for v in values}) == 1:
        return first
    text = f"{first} -> {last}"
    if isinstance(values, np.ndarray) and values.dtype.kind in "if":
        low, high = values.min(), values.max()
        if low < min(values[0], values[-1]) or high > max(values[0], values[-1]):
            return f"{text} (between {_shown(low)} and {_shown(high)})"
    return text


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)
