"""Pictures for the language guide: what the lines of a block make of a setting, frame by frame."""

import re
from collections.abc import Sequence

import numpy as np

from discoscript.pipeline import compile_text
from discoscript.reference.sparkline import (
    LINE,
    Samples,
    curve,
    dotted_line,
    picture,
    shown,
    words,
)
from discoscript.schedule.schedule import Schedule

#: Four seconds in 3D; the guide's blocks say the rest.
PRELUDE = "disco 1\nscene:\n    fps 24\n    frames 96\n    mode 3d\n"

#: Mid tones, legible on white and on black.
COLORS = (LINE, "#db6d28", "#3fb950", "#a371f7")

WIDTH, HEIGHT, LEFT, MARGIN, BOTTOM = 420, 120, 40, 8, 20
EVERY = 24  #: frames between two dotted lines

_BLOCK = re.compile(r"^```disco plot=(\S+) (\S+)$\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def guide_pictures(guide: str) -> dict[str, str]:
    """Name -> SVG, for each block ` ```disco plot=camera.fov NAME ` of the guide."""
    return {name: plot(*values_of(what, text)) for what, name, text in _BLOCK.findall(guide)}


def values_of(what: str, text: str) -> tuple[list[str], list[Samples]]:
    """The names and the values frame by frame of a setting (`camera.fov`) or of all `prompts`."""
    prompt = "" if what == "prompts" else 'prompt "a"\n'
    schedule = compile_text(f"{PRELUDE}{prompt}{text}").schedule
    if schedule is None:
        raise ValueError(f"the block of {what} has errors:\n{text}")
    if what == "prompts":
        return _weights(schedule)
    return [], [np.asarray(schedule.frames_of[what], dtype=np.float64)]


def plot(names: Sequence[str], series: Sequence[Samples]) -> str:
    """Values with their names above, an axis of frames below, the ends of the scale at the side."""
    low, high = (float(f([f(values) for values in series])) for f in (np.min, np.max))
    ends = {low, high}
    low, high = (low - 1, high + 1) if low == high else (low, high)
    top = MARGIN + 14 * bool(names)
    frames = len(series[0])

    def x(share: float) -> float:
        return LEFT + share * (WIDTH - LEFT - MARGIN)

    def y(value: float) -> float:
        return top + (high - value) / (high - low) * (HEIGHT - top - BOTTOM)

    parts = []
    for frame in range(0, frames + 1, EVERY):
        at = x(frame / frames)
        parts.append(dotted_line(f"M{shown(at)} {top}V{HEIGHT - BOTTOM}"))
        parts.append(words(at, HEIGHT - 6, str(frame), "middle"))
    for value in sorted(ends):
        parts.append(words(LEFT - 6, y(value) + 3, f"{value:.3g}", "end"))
    for place, (values, color) in enumerate(zip(series, COLORS, strict=False)):
        parts.append(curve(values, x, y, color, jumps=True))
        if names:
            parts.append(words(LEFT + place * 95, 10, names[place], color=color))
    return picture(WIDTH, HEIGHT, parts)


def _weights(schedule: Schedule) -> tuple[list[str], list[Samples]]:
    rows = sorted(schedule.prompts, key=lambda row: row.span)
    return [row.text for row in rows], [np.where(row.present, row.weight, 0.0) for row in rows]
