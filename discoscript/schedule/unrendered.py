"""Schedule -> what it asks for that the engine does not render yet.

A value at rest asks for nothing. What is asked for is a warning of the
check (D119), and `discoscript render` refuses it.
"""

from dataclasses import dataclass

import numpy as np

from discoscript.parameters import PARAMETERS, Axis, Parameter, is_built
from discoscript.schedule.schedule import Schedule
from discoscript.text.report import Report
from discoscript.text.source import Span


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
        frame = None if row.serves else _first_asked(row, schedule)
        if frame is not None:
            word, span = _word(row), _place(row, frame, schedule)
            needs.setdefault(word, Need(word, span, "delete it"))
    return tuple(sorted(needs.values(), key=lambda need: need.span))


def report_unrendered(schedule: Schedule, report: Report) -> None:
    """D119, once for each thing."""
    for need in unrendered(schedule):
        report.add("D119", f"`{need.word}` is not rendered yet", need.span, help=need.help)


def _first_asked(row: Parameter, schedule: Schedule) -> int | None:
    """The first frame at which the row asks for something."""
    if row.built or schedule.mode not in row.modes:
        return None
    if row.axis is Axis.FIXED:
        value = schedule.fixed.get(row.key, row.default)
        return 0 if value != row.default else None
    values = schedule.frames_of.get(row.key)
    if values is None:
        return None
    frames = np.array(schedule.starts) if row.axis is Axis.SEGMENT else np.arange(schedule.frames)
    asking = frames[values[frames] != row.default]
    return int(asking[0]) if len(asking) else None


def _word(row: Parameter) -> str:
    return row.name if is_built(row.group) else row.group


def _place(row: Parameter, frame: int, schedule: Schedule) -> Span:
    """The line that gives a row its value."""
    origin = schedule.origins.get(row.key)
    if origin is None:
        return Span(0, 0)
    owner = int(origin.owner[frame])
    return origin.spans[owner] if owner >= 0 else (*origin.layers, *origin.spans)[0]
