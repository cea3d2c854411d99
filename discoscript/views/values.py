"""Schedule -> its values over the frames, put so that a person can read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import BY_KEY, PARAMETERS, Axis
from discoscript.schedule.runs import changes, runs
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import counted, printable
from discoscript.text.places import place
from discoscript.text.source import Source, Span
from discoscript.views.table import Row, rule, table
from discoscript.views.words import change, seconds, shown, sized, stretch, unit_in

#: A changing value is written out frame by frame where no more frames than this are asked for.
EACH = 24

#: The bars of a little curve, from low to high.
BARS = "▁▂▃▄▅▆▇█"

#: Columns of a little curve.
CURVE = 12

#: What `Schedule.sources` calls the places that values come from.
FROM = {"script": "script", "model": "model", "default": "default", "override": "command line"}


@dataclass(frozen=True)
class Choice:
    """What is asked for: frames `first` to `end` (excluded), and parameters by pattern.

    Without patterns: those that the script speaks of, and those that change.
    """

    first: int
    end: int
    patterns: tuple[str, ...] = ()

    def keys(self, schedule: Schedule) -> tuple[str, ...]:
        """The chosen parameters, in the table's order."""
        return tuple(row.key for row in PARAMETERS if self._wants(row.key, schedule))

    def _wants(self, key: str, schedule: Schedule) -> bool:
        if self.patterns:
            return any(matches(key, pattern) for pattern in self.patterns)
        values = schedule.frames_of.get(key)
        moves = values is not None and len(changes(values)) > 0
        return moves or schedule.sources.get(key) in ("script", "override")


def matches(key: str, pattern: str) -> bool:
    """Whether `camera.zoom` is meant by `camera.zoom`, `zoom`, `camera`, `camera.*` or `*`."""
    group, _, name = key.partition(".")
    return pattern in (group, name) or fnmatchcase(key, pattern)


# ───────────── tables ─────────────


def schedule_lines(schedule: Schedule, source: Source, choice: Choice, width: int) -> Iterator[str]:
    """The chosen values as tables, fitted to `width`."""
    yield _head(schedule, choice)
    keys = choice.keys(schedule)
    over_steps = [key for key in keys if key in schedule.progress]
    moving = [key for key in keys if _changes(schedule, key, choice)]
    steady = [key for key in keys if key not in moving and key not in over_steps]
    if moving:
        yield from _titled("over frames", width)
        head = ("PARAMETER", "FRAMES", "VALUE", "CURVE", "LINE")
        rows = [row for key in moving for row in _moving(schedule, source, key, choice)]
        yield from table(head, _once(rows), width, flexible=2)
    if over_steps:
        yield from _titled("over diffusion progress, 0 to 1000", width)
        rows = [row for key in over_steps for row in _progress(schedule, source, key)]
        yield from table(("PARAMETER", "STEPS", "VALUE", "LINE"), _once(rows), width, flexible=2)
    if steady:
        yield from _titled("the same on all these frames", width)
        rows = [_steady(schedule, source, key, choice) for key in steady]
        yield from table(("PARAMETER", "VALUE", "FROM"), rows, width, flexible=1)
    if not choice.patterns:
        yield from _prompts(schedule, source, choice, width)
        yield ""
        left = len(PARAMETERS) - len(keys)
        yield f"{left} more parameters keep their defaults; `--parameters '*'` shows them"


def _head(schedule: Schedule, choice: Choice) -> str:
    frames = counted(schedule.frames, "frame")
    length = seconds(schedule.frames, schedule.fps)
    text = f"{frames}, {length} at {float(schedule.fps):g} fps, {schedule.mode}, "
    text += sized(schedule.size)
    if (choice.first, choice.end) != (0, schedule.frames):
        text += f"; here frames {stretch(choice.first, choice.end)}"
    return text


def _titled(title: str, width: int) -> Iterator[str]:
    yield ""
    yield rule(title, width)


def _once(rows: Sequence[Row]) -> list[Row]:
    """The rows with each name only where it is new."""
    names = ["", *(row[0] for row in rows)]
    new = [row[0] != before for row, before in zip(rows, names, strict=False)]
    return [row if first else ("", *row[1:]) for row, first in zip(rows, new, strict=True)]


def _changes(schedule: Schedule, key: str, choice: Choice) -> bool:
    """Whether a parameter has more than one value on the chosen frames."""
    values = schedule.frames_of.get(key)
    return values is not None and len(changes(values[choice.first : choice.end])) > 0


def _moving(schedule: Schedule, source: Source, key: str, choice: Choice) -> Iterator[Row]:
    """A row for each stretch of frames that one line gives, or that has one value."""
    values = schedule.frames_of[key]
    low, high = extent(values)
    for a, b in stretches(schedule, key, choice):
        part = values[a:b]
        curve = "" if low is None or high is None else spark(part, low, high, schedule.frames)
        yield key, stretch(a, b), change(part), curve, _given(schedule, source, key, a)


def stretches(schedule: Schedule, key: str, choice: Choice) -> list[tuple[int, int]]:
    """The chosen frames cut where another line takes over, and where a constant begins or ends.

    Single frames where no more than `EACH` of them are chosen.
    """
    values = schedule.frames_of[key]
    origin = schedule.origins.get(key)
    owner = np.full(schedule.frames, -1) if origin is None else origin.owner
    few = choice.end - choice.first <= EACH
    taken = set((changes(owner[choice.first : choice.end]) + choice.first).tolist())
    edges: set[int] = set()
    for a, b, _ in runs(values[choice.first : choice.end]):
        if b - a > 2 or not _smooth(values) or few:
            edges |= {choice.first + a, choice.first + b}
    near = {edge for edge in edges if edge not in taken and {edge - 1, edge + 1} & taken}
    ordered = sorted({choice.first, choice.end} | taken | (edges if few else edges - near))
    return list(pairwise(ordered))


def _smooth(values: NDArray[Any]) -> bool:
    return values.dtype.kind in "if"


def extent(values: NDArray[Any]) -> tuple[float | None, float | None]:
    """The smallest and the largest value; None for values that are no numbers."""
    if values.dtype.kind not in "if":
        return None, None
    return float(values.min()), float(values.max())


def spark(part: NDArray[Any], low: float, high: float, frames: int) -> str:
    """A little curve, `▁▃▅█`, as long as its share of the frames."""
    columns = max(1, min(CURVE, round(CURVE * len(part) / frames), len(part)))
    means = np.array([piece.mean() for piece in np.array_split(part, columns)])
    share = (means - low) / (high - low) if high > low else np.zeros(columns)
    return "".join(BARS[round(float(s) * (len(BARS) - 1))] for s in share)


def _given(schedule: Schedule, source: Source, key: str, frame: int) -> str:
    """The lines that gave a value: `15`, `15 +18` with layers, `default`."""
    origin = schedule.origins.get(key)
    source_word = FROM[schedule.sources[key]]
    if origin is None:
        return source_word
    owner = int(origin.owner[min(frame, len(origin.owner) - 1)])
    first = line_word(source, origin.spans[owner]) if owner >= 0 else "default"
    return " ".join([first, *(f"+{line_word(source, span)}" for span in origin.layers_at(frame))])


def line_word(source: Source, span: Span) -> str:
    """`15`, or `moves.disco:3` in another file."""
    found = place(source, span.start)
    own = found.path == source.path
    return str(found.line) if own else f"{printable(PurePath(found.path).name)}:{found.line}"


def _progress(schedule: Schedule, source: Source, key: str) -> Iterator[Row]:
    values = schedule.progress[key]
    origin = schedule.origins.get(key)
    owner = np.full(len(values), -1) if origin is None else origin.owner
    few = len(changes(values)) <= 12
    edges = sorted({0, len(values), *(changes(values) if few else changes(owner)).tolist()})
    for a, b in pairwise(edges):
        yield key, stretch(a, b), change(values[a:b]), _given(schedule, source, key, a)


def _steady(schedule: Schedule, source: Source, key: str, choice: Choice) -> Row:
    values = schedule.frames_of.get(key)
    value = schedule.fixed[key] if values is None else values[choice.first]
    text = sized(value) if key == "scene.size" and isinstance(value, tuple) else shown(value)
    unit = unit_in(BY_KEY[key].unit, schedule.mode)
    given = _given(schedule, source, key, choice.first)
    by = f"line {given}" if given[:1].isdigit() else given
    return key, f"{text} {unit}".strip() if _numeric(value) else text, by


def _numeric(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)


def _prompts(schedule: Schedule, source: Source, choice: Choice, width: int) -> Iterator[str]:
    yield from _titled("prompts", width)
    rows = []
    for row in schedule.prompts:
        here = row.present[choice.first : choice.end]
        for a, b, present in runs(here):
            if present:
                weights = row.weight[choice.first + a : choice.first + b]
                at = stretch(choice.first + a, choice.first + b)
                text = f'"{printable(row.text)}"'
                rows.append((at, change(weights), line_word(source, row.span), text))
    yield from table(("FRAMES", "WEIGHT", "LINE", "PROMPT"), rows, width)


# ───────────── CSV ─────────────


def schedule_rows(schedule: Schedule, choice: Choice) -> Iterator[list[object]]:
    """A head and a row for each chosen frame: frame, seconds, parameters, weights of prompts.

    Parameters over diffusion progress have no value of a frame: they are left out.
    """
    keys = [key for key in choice.keys(schedule) if key in schedule.frames_of]
    texts = [] if choice.patterns else list(schedule.prompts)
    yield ["frame", "seconds", *keys, *(f'prompt "{row.text}"' for row in texts)]
    columns = [schedule.frames_of[key].tolist() for key in keys]
    columns += [row.weight.tolist() for row in texts]
    for frame in range(choice.first, choice.end):
        at = round(float(frame / schedule.fps), 6)
        yield [frame, at, *(_cell(column[frame]) for column in columns)]


def _cell(value: object) -> object:
    return shown(value) if isinstance(value, bool | tuple) or value is None else value


# ───────────── one value ─────────────


@dataclass(frozen=True)
class Answer:
    """The value of a parameter at a frame, and the lines that gave it: none for a default."""

    key: str
    frame: int
    value: object
    source: str
    spans: tuple[Span, ...]


def answer(schedule: Schedule, key: str, frame: int) -> Answer:
    """Why a parameter has its value: the line in force first, then the layers on top."""
    values = schedule.frames_of.get(key)
    value = schedule.fixed[key] if values is None else values.tolist()[frame]
    origin = schedule.origins.get(key)
    if origin is None:
        return Answer(key, frame, value, schedule.sources[key], ())
    owner = int(origin.owner[frame])
    spans = (*((origin.spans[owner],) if owner >= 0 else ()), *origin.layers_at(frame))
    return Answer(key, frame, value, "script" if spans else "default", spans)


def is_over_progress(key: str) -> bool:
    """Whether a parameter has no value of a frame, but one for each step of the diffusion."""
    return BY_KEY[key].axis is Axis.PROGRESS
