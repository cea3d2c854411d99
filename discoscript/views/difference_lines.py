"""Difference of two schedules -> lines for people, and JSON for other programs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.schedule.difference import Difference, Fixed, Moving, Placed, Prompted
from discoscript.schedule.document import plain
from discoscript.schedule.runs import runs
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import counted, printable
from discoscript.text.source import Source
from discoscript.views.table import Row, cut, rule, table
from discoscript.views.values import line_word
from discoscript.views.words import change, shown, sized, stretch

Json = dict[str, Any]

#: Stretches of frames that are named one by one.
SHOWN = 6


@dataclass(frozen=True)
class Compared:
    """Two scripts: how they were named, what they mean, and what differs. `stays` says of each
    frame of the new one whether it needs no new picture."""

    names: tuple[str, str]
    schedules: tuple[Schedule, Schedule]
    sources: tuple[Source, Source]
    found: Difference
    stays: tuple[bool, ...]

    @property
    def again(self) -> list[tuple[int, int]]:
        """The stretches of frames that render again."""
        flags = np.array(self.stays, bool)
        return [(a, b) for a, b, stays in runs(flags) if not stays]


def difference_lines(compared: Compared, width: int) -> Iterator[str]:
    """The page, fitted to `width`."""
    for line in _lines(compared, width):
        yield cut(line, width)


def _lines(compared: Compared, width: int) -> Iterator[str]:
    found = compared.found
    before, after = map(printable, compared.names)
    yield f"{before} -> {after}"
    if found.placed or found.fixed:
        yield from _titled("the whole", width)
        rows = [*map(_fixed, found.fixed), *map(_placed, found.placed)]
        yield from table(("WHAT", "BEFORE", "NOW"), rows, width)
    if found.moving:
        yield from _titled("settings", width)
        rows = [_moving(compared, each) for each in found.moving]
        head = ("SETTING", "FRAMES", "BEFORE", "NOW", "LINE")
        yield from table(head, rows, width, flexible=3)
    if found.prompts:
        yield from _titled("prompts", width)
        for each in found.prompts:
            yield _prompted(compared, each)
    if found.files:
        yield from _titled("files", width)
        yield from (f"file {printable(each.path)}: changed" for each in found.files)
    yield ""
    yield summary(compared)


def _titled(title: str, width: int) -> Iterator[str]:
    yield ""
    yield rule(title, width)


def summary(compared: Compared) -> str:
    """`48 frames: 24 stay, 24 render again (24..48)`."""
    again, frames = compared.again, counted(len(compared.stays), "frame")
    if not again:
        alike = "nothing differs" if compared.found.same else "no picture differs"
        return f"{alike}: all {frames} stay"
    named = ", ".join(stretch(a, b) for a, b in again[:SHOWN])
    more = ", ..." if len(again) > SHOWN else ""
    count = sum(b - a for a, b in again)
    stay, render = _doing(len(compared.stays) - count, "stay"), _doing(count, "render")
    return f"{frames}: {stay}, {render} again ({named}{more})"


def _doing(number: int, verb: str) -> str:
    """`1 stays`, `2 stay`."""
    return f"{number} {verb}{'s' if number == 1 else ''}"


def _fixed(fixed: Fixed) -> Row:
    unit = " frames" if fixed.key == "length" else ""
    return fixed.key, f"{_value(fixed.before)}{unit}", f"{_value(fixed.after)}{unit}"


def _value(value: object) -> str:
    pair = isinstance(value, tuple) and len(value) == 2
    return sized(value) if pair and isinstance(value, tuple) else shown(value)


def _placed(placed: Placed) -> Row:
    what = f'shot "{printable(placed.title)}"' if placed.title else "cut"
    before, after = (stretch(*p) if p else "not there" for p in (placed.before, placed.after))
    return what, before, after


def _moving(compared: Compared, moving: Moving) -> Row:
    frames = stretch(moving.first, moving.end)
    at = f"steps {frames}" if moving.steps else frames
    line = _line(compared, moving)
    return moving.key, at, change(moving.before), change(moving.after), line


def _line(compared: Compared, moving: Moving) -> str:
    """The line of the new script that gives the first value; `default` where none does."""
    origin = compared.schedules[1].origins.get(moving.key)
    owner = -1 if origin is None else int(origin.owner[moving.first])
    if origin is None:
        return "default"
    said = [origin.spans[owner]] if owner >= 0 else []
    spans = [*said, *(() if moving.steps else origin.layers_at(moving.first))]
    return " +".join(line_word(compared.sources[1], span) for span in spans) or "default"


def _prompted(compared: Compared, prompted: Prompted) -> str:
    at = stretch(prompted.first, prompted.end)
    kind = "picture " if prompted.image else ""
    words = f'{kind}"{printable(prompted.text)}"'
    before, after = (
        None if weights is None else change(weights)
        for weights in (prompted.before, prompted.after)
    )
    if before is None:
        return f"+ {words} on {at}, weight {after}{_prompt_line(compared, prompted, 1)}"
    if after is None:
        return f"- {words} on {at}, weight {before}{_prompt_line(compared, prompted, 0)}"
    line = _prompt_line(compared, prompted, 1)
    return f"~ {words} on {at}: weight {before}, now {after}{line}"


def _prompt_line(compared: Compared, prompted: Prompted, which: int) -> str:
    """` (line 9)`, in the new script, or in the old one for what is gone."""
    word = _prompt_word(compared, prompted, which)
    return f" (line {word})" if word else ""


def _prompt_word(compared: Compared, prompted: Prompted, which: int) -> str:
    """`9`, or `lib/moves.disco:9`; empty where no line says the prompt."""
    rows = compared.schedules[which].prompts
    spans = [row.span for row in rows if (row.text, row.image) == (prompted.text, prompted.image)]
    return line_word(compared.sources[which], spans[0]) if spans else ""


# ───────────── JSON ─────────────


def difference_json(compared: Compared) -> Json:
    """All of it; values over frames as runs `[start, end, value]`."""
    found = compared.found
    return {
        "format": "discoscript-difference",
        "version": 1,
        "before": compared.names[0],
        "now": compared.names[1],
        "frames": len(compared.stays),
        "stay": sum(compared.stays),
        "render_again": [list(pair) for pair in compared.again],
        "whole": [
            {"name": each.key, "before": plain(each.before), "now": plain(each.after)}
            for each in found.fixed
        ],
        "shots": [_placed_json(each) for each in found.placed if each.title],
        "cuts": [_placed_json(each) for each in found.placed if not each.title],
        "settings": [_moving_json(compared, each) for each in found.moving],
        "prompts": [_prompted_json(compared, each) for each in found.prompts],
        "files": [
            {"path": each.path, "before": each.before, "now": each.after} for each in found.files
        ],
    }


def _placed_json(placed: Placed) -> Json:
    places = {"before": placed.before, "now": placed.after}
    named = {"title": placed.title} if placed.title else {}
    return named | {name: list(at) if at else None for name, at in places.items()}


def _moving_json(compared: Compared, moving: Moving) -> Json:
    unit = "steps" if moving.steps else "frames"
    at = {"name": moving.key, unit: [moving.first, moving.end]}
    values = _values(moving.first, moving.before, moving.after)
    return at | values | {"line": _line(compared, moving)}


def _prompted_json(compared: Compared, prompted: Prompted) -> Json:
    at = {"text": prompted.text, "image": prompted.image, "frames": [prompted.first, prompted.end]}
    values = _values(prompted.first, prompted.before, prompted.after)
    which = 0 if prompted.after is None else 1
    return at | values | {"line": _prompt_word(compared, prompted, which)}


def _values(first: int, *both: NDArray[Any] | None) -> Json:
    """`before` and `now` as runs; the frames of both are those of the new script."""
    found: list[list[list[Any]] | None] = [
        None if values is None else [[first + a, first + b, plain(v)] for a, b, v in runs(values)]
        for values in both
    ]
    return dict(zip(("before", "now"), found, strict=True))
