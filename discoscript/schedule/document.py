"""Schedule -> document: all of it as one JSON object, with a version.

`docs/schedule.schema.json` is its JSON Schema and `docs/formats.md` its description. Nothing is
lost on the way: times and the frame rate are exact fractions, written as text (`"48"`, `"42/5"`),
floats are written with all their digits, and nothing is infinite.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import PARAMETERS, Axis, Kind, Parameter, Resolved
from discoscript.schedule.runs import runs
from discoscript.schedule.schedule import Origin, PromptRow, Schedule
from discoscript.text.places import ends
from discoscript.text.source import Source, Span

FORMAT, VERSION = "discoscript-schedule", 1

#: A value that JSON can hold.
Json = dict[str, Any]


def document(schedule: Schedule, source: Source, digests: Mapping[str, str] | None = None) -> Json:
    """The schedule of the script `source`.

    `digests` maps the path of a file, as the script writes it, to the SHA-256 of its content.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "script": source.path,
        "frames": schedule.frames,
        "fps": str(schedule.fps),
        "mode": str(schedule.mode),
        "width": schedule.size[0],
        "height": schedule.size[1],
        "segments": _segments(schedule),
        "seed": {"first": schedule.fixed["scene.seed"], "offsets": schedule.seeds.tolist()},
        "models": _models(schedule),
        "prompts": [_prompt(row, source) for row in schedule.prompts],
        "parameters": {row.key: _parameter(schedule, row, source) for row in PARAMETERS},
        "assets": {path: {"sha256": (digests or {}).get(path)} for path in paths(schedule)},
    }


def paths(schedule: Schedule) -> tuple[str, ...]:
    """The files that a schedule names, as the script writes them, sorted."""
    found: set[object] = set()
    for row in PARAMETERS:
        if row.kind is Kind.PATH:
            moving = schedule.frames_of.get(row.key)
            found |= set(moving.tolist()) if moving is not None else {schedule.fixed[row.key]}
    return tuple(sorted(str(path) for path in found if path not in (None, "none")))


# ───────────── parts ─────────────


def _segments(schedule: Schedule) -> list[Json]:
    ends_ = [*schedule.starts[1:], schedule.frames]
    return [{"start": a, "end": b} for a, b in zip(schedule.starts, ends_, strict=True)]


def _models(schedule: Schedule) -> Json:
    fixed = schedule.fixed
    return {
        "diffusion": fixed["scene.model"],
        "secondary": fixed["scene.secondary"],
        "clip": plain(fixed["scene.clip"]),
        "depth": fixed["depth.model"],
    }


def _prompt(row: PromptRow, source: Source) -> Json:
    """The text, its line, and its weights as runs `[start, end, weight]` where it counts."""
    weights = np.where(row.present, row.weight, np.nan)
    pulls = [[a, b, w] for a, b, w in runs(weights) if w == w]
    return {"text": row.text, "weights": pulls, "line": _line(source, row.span)}


def _parameter(schedule: Schedule, row: Parameter, source: Source) -> Json:
    """What a parameter is, its value or values, where they come from, and the lines about it."""
    found: Json = {"kind": str(row.kind), "unit": row.unit, "from": schedule.sources[row.key]}
    if row.axis is Axis.FIXED:
        found["value"] = plain(schedule.fixed[row.key])
    elif row.axis is Axis.PROGRESS:
        found["progress"] = [[end, value] for _, end, value in runs(schedule.progress[row.key])]
    else:
        found |= _over_frames(schedule.frames_of[row.key])
    origin = schedule.origins.get(row.key)
    return found if origin is None else found | _origin(origin, source)


def _over_frames(values: NDArray[np.generic]) -> Json:
    """One value where it never changes, else one for each frame."""
    found = [plain(value) for value in values.tolist()]
    if all(value == found[0] for value in found):
        return {"value": found[0]}
    return {"values": found}


def _origin(origin: Origin, source: Source) -> Json:
    """The lines about a parameter, and which of them gave its value, as runs `[start, end, line]`.

    A line is its place in `lines`; null stands for the default.
    """
    given = [[a, b, None if line < 0 else int(line)] for a, b, line in runs(origin.owner)]
    return {
        "lines": [_line(source, span) for span in origin.spans],
        "given_by": given,
        "layers": [_line(source, span) for span in origin.layers],
    }


def _line(source: Source, span: Span) -> Json:
    first, last = ends(source, span)
    return {
        "file": first.path,
        "line": first.line,
        "column": first.column,
        "end_line": last.line,
        "end_column": last.column,
    }


def plain(value: Resolved | Any) -> Any:
    """A value as JSON has it: times are text, several values a list."""
    if isinstance(value, Fraction):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
