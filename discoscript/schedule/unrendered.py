"""Schedule -> what it asks for that the engine does not render yet.

A value at rest asks for nothing: `turbo: steps 1`, `vr off`. What is asked for is a warning of the
check (D119), and `discoscript render` refuses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from discoscript.parameters import PARAMETERS, Axis, Parameter, is_built
from discoscript.schedule.schedule import Schedule
from discoscript.text.report import Report
from discoscript.text.source import Span

#: What to do without; of other things the line is deleted.
_INSTEAD: Mapping[str, str] = {
    "vr": "delete it; render one eye",
    "video": "delete it; start from a picture with `init: image`",
}


@dataclass(frozen=True)
class Need:
    """One thing that is asked for: its word in the script, and the first line that asks."""

    word: str
    span: Span
    help: str


def unrendered(schedule: Schedule) -> tuple[Need, ...]:
    """What a schedule needs and the engine does not have, each word once, by place."""
    needs: dict[str, Need] = {}
    for row in PARAMETERS:
        asked = None if row.serves else _first_asked(row, schedule)
        if asked is not None:
            frame, value = asked
            word = _word(row, value)
            span = _place(row, frame, schedule)
            needs.setdefault(word, Need(word, span, _INSTEAD.get(word, "delete it")))
    return tuple(sorted(needs.values(), key=lambda need: need.span))


def report_unrendered(schedule: Schedule, report: Report) -> None:
    """D119, once for each thing."""
    for need in unrendered(schedule):
        report.add("D119", f"`{need.word}` is not rendered yet", need.span, help=need.help)


def _first_asked(row: Parameter, schedule: Schedule) -> tuple[int, object] | None:
    """The first frame at which the row asks for something, and its value there."""
    if (row.built and not row.choices_later) or schedule.mode not in row.modes:
        return None
    if row.axis is Axis.FIXED:
        value = schedule.fixed.get(row.key, row.default)
        return (0, value) if _asks(row, value) else None
    values = schedule.frames_of.get(row.key)
    if values is None:
        return None
    frames = np.array(schedule.starts) if row.axis is Axis.SEGMENT else np.arange(schedule.frames)
    moved = frames[values[frames] != row.default] if not row.built else frames
    asking = (int(frame) for frame in moved if _asks(row, values[frame]))
    frame = next(asking, None)
    return None if frame is None else (frame, values[frame])


def _asks(row: Parameter, value: object) -> bool:
    """Whether a value needs something of the engine that it does not have."""
    return value in row.choices_later if row.built else value != row.default


def _word(row: Parameter, value: object) -> str:
    if row.built:
        return str(value)
    return row.name if is_built(row.group) else row.group


def _place(row: Parameter, frame: int, schedule: Schedule) -> Span:
    """The line that gives a row its value; of a mode that is implied, what implies it."""
    origin = schedule.origins.get(row.key)
    if origin is not None:
        owner = int(origin.owner[frame])
        return origin.spans[owner] if owner >= 0 else (*origin.layers, *origin.spans)[0]
    served = (other.key for other in PARAMETERS if row.key in other.serves)
    implied = (schedule.origins[key].spans for key in served if key in schedule.origins)
    return min((span for spans in implied for span in spans), default=Span(0, 0))
