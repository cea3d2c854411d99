"""LiveState -> messages for the page: what is new between two states, as JSON objects.

    {"kind": "scene", ...}      what the script is: once for each plan, with curves and prompts
    {"kind": "frames", ...}     all frames: once for each plan
    {"kind": "changed", ...}    some frames
    {"kind": "problems", ...}   the diagnostics, when they are others
    {"kind": "status", ...}     all else; small, at each step

A frame is named by its number in the scene; a picture by the digest under which it is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.live.board import glimpse_digest
from discoscript.schedule.runs import runs
from discoscript.terminal import printable
from discoscript.views.chart import Chart, Ribbon, Strip, chart
from discoscript.watch.live_state import Current, LiveFrame, LiveState

Message = dict[str, Any]

MANY = 500  #: frames that change at once
DIGITS = 6  #: of a number that is only drawn


def messages(old: LiveState | None, new: LiveState) -> Iterator[Message]:
    """What somebody who knows `old` is told to know `new`."""
    fresh = old is None or _scene_key(old) != _scene_key(new)
    if fresh:
        yield scene(new)
    if fresh or old is None:
        yield all_frames(new)
    elif old.frames is not new.frames:
        yield from _changed(old.frames, new)
    if old is None or old.problems != new.problems:
        yield {"kind": "problems", "problems": [asdict(problem) for problem in new.problems]}
    now = status(new)
    if old is None or status(old) != now:
        yield now


def _scene_key(state: LiveState) -> tuple[object, ...]:
    place = state.script, state.title, state.fps, state.size, state.first, len(state.frames)
    return (*place, state.plan, id(state.schedule))


# ───────────── the scene ─────────────


def scene(state: LiveState) -> Message:
    """What the script is. Frames are `first` to `first + count`; curves begin at `first`."""
    count = len(state.frames)
    shown = slice(state.first, state.first + count)
    drawn = chart(state.schedule, state.title) if state.schedule else None
    return {
        "kind": "scene",
        "script": printable(state.script),
        "title": printable(state.title),
        "fps": float(state.fps),
        "width": state.size[0],
        "height": state.size[1],
        "first": state.first,
        "count": count,
        "starts": [start for start in drawn.starts if start in range(*shown.indices(2**31))]
        if drawn
        else [],
        "shots": _shots(drawn),
        "curves": [_curve(strip, shown) for strip in drawn.strips] if drawn else [],
        "prompts": [_prompt(ribbon) for ribbon in drawn.ribbons] if drawn else [],
    }


def _shots(drawn: Chart | None) -> list[list[Any]]:
    return [list(shot) for shot in drawn.shots] if drawn else []


def _curve(strip: Strip, shown: slice) -> Message:
    """A parameter: a value for each frame, or runs `[frame, value]` where it only jumps."""
    found: Message = {"name": strip.key, "unit": strip.unit, "stepped": strip.stepped}
    found |= {"low": _short(strip.low), "high": _short(strip.high)}
    values = strip.values[shown]
    if strip.stepped:
        return found | {"runs": [[a, _short(value)] for a, _, value in runs(values)]}
    return found | {"values": _shorts(values)}


def _prompt(ribbon: Ribbon) -> Message:
    """A text and its weights as runs `[begin, end, weight]`, where it counts."""
    weights = np.array(_shorts(ribbon.weight))
    pulls = [[a, b, weight] for a, b, weight in runs(weights) if weight]
    return {"text": ribbon.text, "weights": pulls}


def _shorts(values: NDArray[np.float64]) -> list[float]:
    return [_short(value) for value in values.tolist()]


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


# ───────────── the frames ─────────────


def all_frames(state: LiveState) -> Message:
    """All frames, as columns; reasons as a table and each frame's place in it."""
    reasons = list(dict.fromkeys(frame.reason for frame in state.frames))
    places = {reason: place for place, reason in enumerate(reasons)}
    return {
        "kind": "frames",
        "states": [frame.state.value for frame in state.frames],
        "digests": [frame.digest for frame in state.frames],
        "drafts": [place for place, frame in enumerate(state.frames) if frame.draft],
        "reasons": [printable(reason) for reason in reasons],
        "reason": [places[frame.reason] for frame in state.frames],
    }


def _changed(old: Sequence[LiveFrame], new: LiveState) -> Iterator[Message]:
    changed = [
        {
            "frame": new.first + place,
            "state": after.state.value,
            "digest": after.digest,
            "draft": after.draft,
            "reason": printable(after.reason),
        }
        for place, (before, after) in enumerate(zip(old, new.frames, strict=True))
        if before is not after and before != after
    ]
    if len(changed) > MANY:  # told in columns they are shorter
        yield all_frames(new)
    elif changed:
        yield {"kind": "changed", "frames": changed}


# ───────────── all else ─────────────


def status(state: LiveState) -> Message:
    """What the watcher is doing."""
    return {
        "kind": "status",
        "doing": state.doing.value,
        "saved": state.saved,
        "good": state.good,
        "change": state.change,
        "notes": [printable(note) for note in state.notes],
        "video": printable(state.video),
        "current": _current(state.current) if state.current else None,
        "progress": asdict(state.progress),
    }


def _current(now: Current) -> Message:
    return {
        "frame": now.index,
        "step": now.step,
        "steps": now.steps,
        "pass": now.pass_name,
        "picture": glimpse_digest(now.jpeg) if now.jpeg else None,
    }
